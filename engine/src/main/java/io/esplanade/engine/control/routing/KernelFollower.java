package io.esplanade.engine.control.routing;

import io.esplanade.engine.fib.Fib;
import io.esplanade.engine.fib.KernelRouting;
import io.esplanade.engine.fib.NextHop;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.os.OsException;
import io.esplanade.engine.os.netlink.KernelFact;
import io.esplanade.engine.os.netlink.RouteSocket;
import io.esplanade.engine.os.netlink.RouteSocket.Table;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.port.Port;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows the kernel's links, addresses, routes and neighbours into the tables.
 *
 * <p>It asks for all there is at the start, and again for what it may have missed: after a loss,
 * and after a change of a link or an address, with which the kernel drops and revives IPv4 routes
 * without a word.
 */
public final class KernelFollower implements AutoCloseable {

    private static final Logger LOG = System.getLogger(KernelFollower.class.getName());

    /** How often the kernel is listened to while it says nothing, ns. */
    private static final long LISTEN_NANOS = 10_000_000;

    /** Datagrams taken in a duty cycle at most: the conductor has other work. */
    private static final int DATAGRAMS = 64;

    /** How soon something is asked for again, ns. */
    private static final long PAUSE_NANOS = 100_000_000;

    /** How long the kernel may be silent in an answer, and how soon a socket is tried again, ns. */
    private static final long PATIENCE_NANOS = 2_000_000_000L;

    private final List<Port> ports;
    private final Tables tables;
    private final RouteControl routes;
    private final KernelLinks links;
    private final KernelNeighbours neighbours;
    private final KernelAddresses addresses;
    private final LinkWatch watch;
    private final Clock clock;

    private final Set<Table> wanted = EnumSet.noneOf(Table.class);
    private final Map<Table, Long> askedAt = new EnumMap<>(Table.class);
    private Table asked; // what is being told, or null
    private long heardAt;
    private RouteSocket socket; // null while there is none
    private long nextListen;
    private boolean changed;

    public KernelFollower(
            KernelRouting config,
            List<Port> ports,
            Tables tables,
            RouteControl routes,
            LinkWatch watch,
            Clock clock) {
        this.ports = ports;
        this.tables = tables;
        this.routes = routes;
        this.links = new KernelLinks(config, ports);
        this.neighbours = new KernelNeighbours(tables.neighbours());
        this.addresses = new KernelAddresses(tables);
        this.watch = watch;
        this.clock = clock;
    }

    /**
     * Opens the socket, in the calling thread's network namespace, and takes in all that the kernel
     * knows; once, by the thread that starts the engine.
     *
     * @throws OsException if the kernel refuses
     */
    public void open() {
        begin(clock.nanoTime());
        while (asked != null && clock.nanoTime() - heardAt < PATIENCE_NANOS) {
            socket.await(100);
            listen(clock.nanoTime());
        }
    }

    /** Takes in what the kernel says; answers how much that was. The conductor's thread. */
    public int doWork(long now) {
        if (now - nextListen < 0) {
            return 0;
        }
        nextListen = now + LISTEN_NANOS;
        try {
            if (socket == null) {
                begin(now);
            }
            int done = listen(now);
            if (done > 0) {
                nextListen = now; // there may be more
            } else if (asked != null && now - heardAt > PATIENCE_NANOS) {
                giveUp(now, "it does not answer");
            }
            return done;
        } catch (OsException e) {
            giveUp(now, e.getMessage());
            return 0;
        }
    }

    /** What is in the tables stays until a new socket knows better. */
    private void giveUp(long now, String why) {
        LOG.log(Level.WARNING, "The kernel will be asked anew for its routes: " + why);
        close();
        nextListen = now + PATIENCE_NANOS;
    }

    private void begin(long now) {
        socket = RouteSocket.open();
        asked = null;
        askedAt.clear();
        wanted.addAll(EnumSet.allOf(Table.class));
        askNext(now);
    }

    private int listen(long now) {
        int done = 0;
        while (done < DATAGRAMS && socket.receive(this::learn)) {
            done++;
        }
        if (done > 0) {
            heardAt = now;
        }
        if (changed) {
            changed = false;
            tables.changed();
        }
        askNext(now);
        return done;
    }

    /**
     * Asks for what is wanted, one after the other: links first, since the others refer to them.
     */
    private void askNext(long now) {
        if (asked != null || wanted.isEmpty()) {
            return;
        }
        Table next = wanted.iterator().next();
        Long before = askedAt.put(next, now);
        if (before != null && now - before < PAUSE_NANOS) {
            askedAt.put(next, before);
            return;
        }
        wanted.remove(next);
        asked = next;
        heardAt = now;
        switch (next) {
            case LINKS -> links.beginPicture();
            case ADDRESSES -> addresses.beginPicture();
            case ROUTES -> routes.beginPicture();
            case NEIGHBOURS -> neighbours.beginPicture();
        }
        socket.ask(next);
    }

    private void learn(KernelFact fact) {
        switch (fact) {
            case KernelFact.Link link -> learn(link);
            case KernelFact.Address address -> learn(address);
            case KernelFact.Route route -> learn(route);
            case KernelFact.Neighbour neighbour -> learn(neighbour);
            case KernelFact.End end -> end(end.complete());
            case KernelFact.Lost _ -> wanted.addAll(EnumSet.allOf(Table.class));
        }
    }

    private void end(boolean complete) {
        Table told = asked;
        if (told == null) {
            return;
        }
        asked = null;
        if (!complete) {
            wanted.add(told);
            return;
        }
        switch (told) {
            case LINKS -> links.endPicture().forEach(this::learn);
            case ADDRESSES -> changed |= addresses.endPicture();
            case ROUTES -> changed |= routes.endPicture();
            case NEIGHBOURS -> neighbours.endPicture();
        }
    }

    private void learn(KernelFact.Link link) {
        KernelFact.Link before = links.learn(link);
        if (before == null && link.gone()) {
            return;
        }
        boolean renamed = before != null && !before.name().equals(link.name());
        if (renamed && links.concern(before)) {
            tell(new KernelFact.Link(true, before.index(), before.name(), false, 0, 0));
        }
        if (!links.concern(link) && !renamed) {
            return;
        }
        if (before == null || link.gone() || renamed || before.vrfTable() != link.vrfTable()) {
            wanted.addAll(EnumSet.of(Table.ADDRESSES, Table.ROUTES, Table.NEIGHBOURS));
        } else if (before.up() != link.up()) {
            wanted.add(Table.ROUTES);
        }
        if (before == null || renamed || !before.equals(link)) {
            tell(link);
        }
    }

    /** Tells of a port's device, whose packets may be no longer than it takes. */
    private void tell(KernelFact.Link link) {
        int port = links.portAt(link);
        if (port == KernelLinks.NONE) {
            return;
        }
        if (!link.gone() && links.portOn(link) == port) {
            int mtu = Math.min(ports.get(port).mtu(), link.mtu());
            changed |= tables.mtu(port) != mtu;
            tables.mtu(port, mtu);
        }
        watch.linkChanged(
                ports.get(port).name(), link.up() && !link.gone(), link.gone() ? 0 : link.mtu());
    }

    private void learn(KernelFact.Address said) {
        int port = links.portOn(said.link());
        if (port != KernelLinks.NONE) {
            changed |= addresses.learn(said.gone(), port, said.address());
        }
        if (said.gone() && links.concern(said.link())) {
            wanted.add(Table.ROUTES); // those that prefer this source go
        }
    }

    private void learn(KernelFact.Neighbour said) {
        int port = links.portOn(said.link());
        if (port != KernelLinks.NONE && !said.address().isMulticastAddress()) {
            neighbours.learn(port, said.address(), said.gone() ? 0 : said.mac());
        }
    }

    private void learn(KernelFact.Route said) {
        if (said.table() != links.table()) {
            return;
        }
        int[] hops =
                said.rejects()
                        ? new int[] {Fib.UNREACHABLE}
                        : said.hops().stream().mapToInt(this::nextHop).toArray();
        if (said.destination() instanceof Inet4Address) {
            hops = new int[] {firstUsable(hops)};
        }
        changed |= routes.learn(said, hops);
    }

    private static int firstUsable(int[] hops) {
        for (int hop : hops) {
            if (hop != Fib.NONE) {
                return hop;
            }
        }
        return Fib.NONE;
    }

    private int nextHop(KernelFact.Hop hop) {
        int port = hop.dead() ? KernelLinks.NONE : links.portOver(hop.link());
        if (port == KernelLinks.NONE) {
            return Fib.NONE;
        }
        InetAddress via = links.portOn(hop.link()) == port ? hop.via() : null;
        return tables.nextHops()
                .index(
                        via == null
                                ? NextHop.onLink(port)
                                : NextHop.via(port, IpAddresses.high(via), IpAddresses.low(via)));
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
