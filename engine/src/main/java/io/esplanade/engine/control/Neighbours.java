package io.esplanade.engine.control;

import io.esplanade.engine.control.Discovery.Address;
import io.esplanade.engine.fib.NeighbourTable;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.net.Icmp;
import io.esplanade.engine.path.LaneTask;
import io.esplanade.engine.path.NeighbourNews;
import io.esplanade.engine.path.PortAddresses;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Asks for the link-layer addresses of neighbours on Ethernet ports, and answers for the gateway's
 * own: ARP (RFC 826) for IPv4 and neighbour discovery (RFC 4861) for IPv6. The conductor's.
 *
 * <p>Nothing is learned that was not asked for, so that no stranger fills the table; what is known
 * is asked for again before it is old. Addresses that the configuration gives are left alone.
 */
final class Neighbours implements NeighbourNews.Listener {

    /** Between two questions for the same address, ns (RFC 4861 §10). */
    private static final long RETRANSMIT = TimeUnit.SECONDS.toNanos(1);

    /** Questions before a neighbour is given up. */
    private static final int TRIES = 3;

    /** How long an answer is believed, ns, on average: half to one and a half of it. */
    private static final long REACHABLE = TimeUnit.SECONDS.toNanos(30);

    /** Neighbours known and asked for at most. */
    private static final int MOST = 4096;

    private static final long BROADCAST = 0xffff_ffff_ffffL;

    /** The lane whose thread sends: the first has a queue of every port. */
    private static final int LANE = 0;

    private final Tables tables;
    private final List<Port> ports;
    private final DataPlane dataPlane;
    private final Map<Key, Entry> entries = new HashMap<>();
    private final long[] macs; // the ports', when they were looked at last
    private long now;

    private record Key(int port, long high, long low) {}

    private static final class Entry {
        long mac = NeighbourTable.NONE;
        int asked; // since the last answer
        long due; // when to ask again, or to give up
    }

    Neighbours(Tables tables, List<Port> ports, DataPlane dataPlane) {
        this.tables = tables;
        this.ports = List.copyOf(ports);
        this.dataPlane = dataPlane;
        macs = this.ports.stream().mapToLong(Port::mac).toArray();
    }

    /**
     * Takes what lanes have told since; every duty cycle.
     *
     * @return how much
     */
    int take(long now) {
        this.now = now;
        return tables.neighbourNews().take(this);
    }

    /** Asks again, and gives up who does not answer; from time to time. */
    void look(long now) {
        this.now = now;
        for (int port = 0; port < macs.length; port++) {
            long mac = ports.get(port).mac();
            if (mac != macs[port]) {
                boolean known = macs[port] != 0;
                macs[port] = mac;
                if (known) {
                    beginAnew(port, mac);
                }
            }
        }
        for (Iterator<Map.Entry<Key, Entry>> i = entries.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<Key, Entry> next = i.next();
            Entry entry = next.getValue();
            if (now - entry.due < 0) {
                continue;
            }
            if (entry.asked < TRIES) {
                ask(next.getKey(), entry);
            } else {
                i.remove();
                if (entry.mac != NeighbourTable.NONE) { // else what is known is somebody else's
                    forget(next.getKey());
                }
            }
        }
    }

    /**
     * A port is another station now, perhaps on another link: forgets whom it knew there, and says
     * who it is, so that others do not send to who it was.
     */
    private void beginAnew(int port, long us) {
        for (Iterator<Key> i = entries.keySet().iterator(); i.hasNext(); ) {
            Key key = i.next();
            if (key.port() == port) {
                i.remove();
                forget(key);
            }
        }
        PortAddresses own = tables.portAddresses();
        if (own.has(port, false)) {
            int address = (int) own.low(port, false);
            send(port, new Arp(true, us, address, address).frame(BROADCAST));
        }
        if (own.has(port, true)) {
            Address address = new Address(own.high(port, true), own.low(port, true));
            send(
                    port,
                    new Discovery(
                                    Icmp.NEIGHBOUR_ADVERTISEMENT,
                                    address,
                                    Address.ALL_NODES,
                                    address,
                                    Discovery.ROUTER | Discovery.OVERRIDE,
                                    us)
                            .frame(Address.ALL_NODES.groupMac(), us));
        }
    }

    private void forget(Key key) {
        tables.neighbours().remove(key.port(), key.high(), key.low());
    }

    @Override
    public void wanted(int port, long high, long low) {
        Key key = new Key(port, high, low);
        Entry known = entries.get(key);
        if (known != null && known.mac != NeighbourTable.NONE) {
            // Whoever else knew it, such as the kernel, has taken it from the table.
            tables.neighbours().put(port, high, low, known.mac);
        } else if (known == null && entries.size() < MOST) {
            Entry entry = new Entry();
            entries.put(key, entry);
            ask(key, entry);
        }
    }

    /** Asks all who may have the address, or the one who had it. */
    private void ask(Key key, Entry entry) {
        int port = key.port();
        long us = ports.get(port).mac();
        boolean all = entry.mac == NeighbourTable.NONE;
        PortAddresses own = tables.portAddresses();
        byte[] frame;
        if (IpAddresses.isIpv4(key.high(), key.low())) {
            Arp arp = new Arp(true, us, (int) own.low(port, false), (int) key.low());
            frame = arp.frame(all ? BROADCAST : entry.mac);
        } else {
            Address target = new Address(key.high(), key.low());
            Address source =
                    target.isLinkLocal()
                            ? Address.linkLocal(us)
                            : new Address(own.high(port, true), own.low(port, true));
            Discovery question = Discovery.solicit(source, target, all, us);
            frame = question.frame(all ? question.destination().groupMac() : entry.mac, us);
        }
        send(port, frame);
        entry.asked++;
        entry.due = now + RETRANSMIT;
    }

    private void send(int port, byte[] frame) {
        dataPlane.give(LANE, new LaneTask.Frame(frame, port)); // if not now, they ask again
    }

    @Override
    public void heard(int port, byte[] frame, int length) {
        if (ports.get(port).linkType() != LinkType.ETHERNET) {
            return;
        }
        if (Frames.type(frame) == Ethernet.ARP) {
            Arp arp = Arp.parse(frame, length);
            if (arp != null) {
                heard(port, arp);
            }
        } else {
            Discovery message = Discovery.parse(frame, length);
            if (message != null && message.isSolicitation()) {
                solicited(port, message, Frames.source(frame));
            } else if (message != null) {
                advertised(port, message);
            }
        }
    }

    private void heard(int port, Arp arp) {
        long us = ports.get(port).mac();
        if (arp.senderMac() == us) {
            return; // our own, come back
        }
        known(new Key(port, 0, Arp.low(arp.sender())), arp.senderMac());
        if (arp.request() && isOurs(port, 0, Arp.low(arp.target()))) {
            send(port, new Arp(false, us, arp.target(), arp.sender()).frame(arp.senderMac()));
        }
    }

    private void solicited(int port, Discovery question, long from) {
        long us = ports.get(port).mac();
        Address target = question.target();
        if (from == us) {
            return;
        }
        boolean nobody = question.source().equals(Address.UNSPECIFIED); // asks before it takes it
        if (!nobody && question.mac() != 0) {
            known(new Key(port, question.source().high(), question.source().low()), question.mac());
        }
        boolean ours =
                isOurs(port, target.high(), target.low())
                        || tables.portAddresses().has(port, true)
                                && target.equals(Address.linkLocal(us));
        if (!ours) {
            return;
        }
        Discovery answer =
                new Discovery(
                        Icmp.NEIGHBOUR_ADVERTISEMENT,
                        target,
                        nobody ? Address.ALL_NODES : question.source(),
                        target,
                        Discovery.ROUTER | Discovery.OVERRIDE | (nobody ? 0 : Discovery.SOLICITED),
                        us);
        long to = question.mac() != 0 ? question.mac() : from;
        send(port, answer.frame(nobody ? Address.ALL_NODES.groupMac() : to, us));
    }

    /** RFC 4861 §7.2.5, without the states between those that matter here. */
    private void advertised(int port, Discovery answer) {
        Key key = new Key(port, answer.target().high(), answer.target().low());
        Entry entry = entries.get(key);
        if (entry == null) {
            return;
        }
        boolean unknown = entry.mac == NeighbourTable.NONE;
        long mac = answer.mac() != 0 ? answer.mac() : entry.mac; // one who was asked alone
        boolean believed = unknown || mac == entry.mac || has(answer, Discovery.OVERRIDE);
        if (mac != NeighbourTable.NONE && believed) {
            known(key, mac);
        }
    }

    private static boolean has(Discovery answer, int flag) {
        return (answer.flags() & flag) != 0;
    }

    /** Takes note of a neighbour's address, if it was asked for before. */
    private void known(Key key, long mac) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return;
        }
        if (entry.mac != mac) {
            entry.mac = mac;
            tables.neighbours().put(key.port(), key.high(), key.low(), mac);
            dataPlane.advanceEpoch(); // which lanes that sleep are woken to see
        }
        entry.asked = 0;
        // Not all at once: those learned together are asked again at different times.
        long spread = Math.floorMod(key.hashCode() * 0x9e37_79b9L, REACHABLE);
        entry.due = now + REACHABLE / 2 + spread;
    }

    /**
     * Whether we answer for an address on this port: its own, and those that SAs receive at and no
     * port has.
     */
    private boolean isOurs(int port, long high, long low) {
        PortAddresses own = tables.portAddresses();
        return own.has(port, high, low) || tables.isLocal(high, low) && !own.isOnAny(high, low);
    }
}
