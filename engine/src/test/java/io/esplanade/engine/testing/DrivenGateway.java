package io.esplanade.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.control.Conductor;
import io.esplanade.engine.control.ControlEvents;
import io.esplanade.engine.control.NonceStore;
import io.esplanade.engine.control.Stall;
import io.esplanade.engine.counters.CounterSum;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.ipsec.Expiry;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.mbuf.MbufLedger;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Agent;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.runtime.PacketRuntime;
import io.esplanade.engine.runtime.assembly.Assembly;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.stepped.SteppedScheduler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * What an engine is made of, without its threads: the test's thread drives lane and conductor, so
 * that nothing is waited for and every run is the same. Closing it proves that every mbuf is free.
 */
public final class DrivenGateway implements AutoCloseable {

    private final List<Port> ports;
    private final CryptoProvider provider;
    private final Assembly parts;
    private final List<Throwable> laneFailures = new ArrayList<>();
    private final Map<String, Throwable> portFailures = new TreeMap<>();
    private final List<String> acquired = new ArrayList<>();
    private final List<String> portNotices = new ArrayList<>();
    private final List<String> moves = new ArrayList<>();
    private final List<String> expiries = new ArrayList<>();
    private final List<AuditEvent> audited = new ArrayList<>();
    private boolean inputEnded;
    private boolean stopped;
    private boolean closed;

    private DrivenGateway(Builder b) {
        ports = List.copyOf(b.ports);
        provider = b.provider();
        parts =
                new Assembly(
                        new Assembly.Spec(
                                "driven",
                                b.runtime,
                                b.mbufs,
                                b.largeMbufs,
                                b.invariants,
                                b.burstSize,
                                1024,
                                ports,
                                new CryptoProvider[] {provider},
                                b.nonceStore,
                                null,
                                b.ip,
                                b.clock),
                        new Events());
        Tables tables = parts.tables();
        b.addresses.forEach(tables.localAddresses()::add);
        b.portAddresses.forEach(
                (port, own) ->
                        own.forEach(
                                address -> {
                                    tables.localAddresses().add(address);
                                    tables.portAddresses().add(port, address);
                                }));
        for (Builder.Neighbour n : b.neighbours) {
            tables.neighbours()
                    .put(n.port, IpAddresses.high(n.address), IpAddresses.low(n.address), n.mac);
        }
        apply(b.commands);
        try {
            if (parts.scheduler() != null) {
                parts.start();
            } else {
                parts.runtime().open();
                parts.runtime().startStepped();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Applies changes at once; the first that is refused throws. */
    public void apply(List<Command> commands) {
        parts.conductor().apply(commands);
        parts.conductor().doWork();
        for (Command command : commands) {
            if (command.answer().isCompletedExceptionally()) {
                throw (RuntimeException) command.answer().exceptionNow();
            }
        }
    }

    /** Applies one change at once. */
    public void apply(Command command) {
        apply(List.of(command));
    }

    /** One duty cycle of each role; says how much they did. */
    public int cycle() {
        int done = 0;
        List<? extends Agent> roles = parts.runtime().agents();
        for (int i = 0; i < roles.size(); i++) { // without an iterator: tests count allocations
            done += roles.get(i).doWork();
        }
        return done;
    }

    /** One duty cycle of one role alone, by its place among the runtime's agents. */
    public void cycle(int role) {
        parts.runtime().agents().get(role).doWork();
    }

    /** What drives roles and conductor by a seed, if they are {@linkplain Builder#stepped so}. */
    public SteppedScheduler scheduler() {
        return parts.scheduler();
    }

    /** One duty cycle of the conductor. */
    public void conduct() {
        parts.conductor().doWork();
    }

    /** Duty cycles of lane and conductor until there is nothing to do. */
    public void settle() {
        do {
            conduct();
        } while (cycle() > 0);
        conduct();
    }

    public CounterSum counters() {
        return parts.counters();
    }

    public long drops(DropReason reason) {
        return parts.counters().drops(reason);
    }

    /** Every drop so far. */
    public Map<DropReason, Long> drops() {
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            if (drops(reason) > 0) {
                drops.put(reason, drops(reason));
            }
        }
        return drops;
    }

    public Map<Owner, Long> mbufs() {
        return parts.ledger().counts();
    }

    /** Proves that no mbuf is under way, lost or held. */
    public void assertEveryMbufAtRest() {
        assertThat(MbufLedger.inUse(mbufs())).as(MbufLedger.verdict(mbufs())).isZero();
    }

    public Tables tables() {
        return parts.tables();
    }

    public MbufPool pool() {
        return parts.pool();
    }

    /** The provider of its SAs' contexts. */
    public CryptoProvider provider() {
        return provider;
    }

    public PacketRuntime runtime() {
        return parts.runtime();
    }

    public Conductor conductor() {
        return parts.conductor();
    }

    /** What stages threw, as the conductor reported it. */
    public List<Throwable> laneFailures() {
        return laneFailures;
    }

    /** The ports that failed, as the conductor reported them. */
    public Map<String, Throwable> portFailures() {
        return portFailures;
    }

    /** What ports had to say, as the conductor reported it. */
    public List<String> portNotices() {
        return portNotices;
    }

    /** The SAs that policies wanted, as the conductor reported them. */
    public List<String> acquired() {
        return acquired;
    }

    /** The peers that moved, as the conductor reported them. */
    public List<String> moves() {
        return moves;
    }

    /** What SAs used up, as the conductor reported it. */
    public List<String> expiries() {
        return expiries;
    }

    /** The auditable events, as the conductor reported them. */
    public List<AuditEvent> audited() {
        return audited;
    }

    public boolean inputEnded() {
        return inputEnded;
    }

    /** Stops the lane as an engine that closes does; nothing is driven afterwards. */
    public void stop() {
        if (!stopped) {
            stopped = true;
            assertThat(parts.runtime().stop(0)).isNull();
        }
    }

    /** Ends as an engine does, and proves that every mbuf is free afterwards. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (parts) {
            stop();
            for (Port port : ports) {
                port.close();
            }
            parts.conductor().close();
            parts.runtime().close();
            assertThat(mbufs().get(Owner.FREE))
                    .as(MbufLedger.report(mbufs()))
                    .isEqualTo(pool().size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Events implements ControlEvents {
        @Override
        public void inputEnded() {
            inputEnded = true;
        }

        @Override
        public void portFailed(String port, Throwable cause) {
            portFailures.put(port, cause);
        }

        @Override
        public void portNotice(String port, String notice) {
            portNotices.add(port + ": " + notice);
        }

        @Override
        public void laneFailed(int lane, Throwable cause) {
            laneFailures.add(cause);
        }

        @Override
        public void stalled(Stall stall) {}

        @Override
        public void acquire(String policy, TrafficSelector selectors) {
            acquired.add(policy + ": " + selectors);
        }

        @Override
        public void peerMoved(String tunnel, InetSocketAddress from, InetSocketAddress to) {
            moves.add(tunnel + ": " + from + " to " + to);
        }

        @Override
        public void linkChanged(String port, boolean up, int mtu) {}

        @Override
        public void audit(AuditEvent event) {
            audited.add(event);
        }

        @Override
        public void softExpired(String sa, Expiry cause) {
            expiries.add(sa + " nearly used up its " + cause.text());
        }

        @Override
        public void hardExpired(String sa, Expiry cause) {
            expiries.add(sa + " used up its " + cause.text());
        }
    }

    /** Says what the gateway is like; invariants are on unless turned off. */
    public static final class Builder {
        private final List<Port> ports = new ArrayList<>();
        private final List<Command> commands = new ArrayList<>();
        private final List<InetAddress> addresses = new ArrayList<>();
        private final Map<Integer, List<InetAddress>> portAddresses = new TreeMap<>();
        private final List<Neighbour> neighbours = new ArrayList<>();
        private RuntimeConfig runtime = RuntimeConfig.DEFAULT;
        private int mbufs = 256;
        private int largeMbufs = 2;
        private int burstSize = 32;
        private boolean invariants = true;
        private CryptoProvider provider;
        private NonceStore nonceStore;
        private IpConfig ip = IpConfig.DEFAULT;
        private Clock clock = Clock.system();

        private Builder() {}

        private record Neighbour(int port, InetAddress address, long mac) {}

        public Builder port(Port port) {
            ports.add(port);
            return this;
        }

        public Builder mbufs(int small, int large) {
            mbufs = small;
            largeMbufs = large;
            return this;
        }

        public Builder runtime(RuntimeConfig config) {
            runtime = config;
            return this;
        }

        /** Roles and conductor are driven by a seed. */
        public Builder stepped(long seed) {
            runtime = RuntimeConfig.stepped(seed, runtime);
            return this;
        }

        public Builder burstSize(int packets) {
            burstSize = packets;
            return this;
        }

        public Builder invariants(boolean on) {
            invariants = on;
            return this;
        }

        public Builder provider(CryptoProvider newProvider) {
            provider = newProvider;
            return this;
        }

        public Builder nonceStore(NonceStore store) {
            nonceStore = store;
            return this;
        }

        public Builder clock(Clock newClock) {
            clock = newClock;
            return this;
        }

        public Builder address(String address) {
            addresses.add(InetAddress.ofLiteral(address));
            return this;
        }

        /** An address of the gateway on a port, by the port's place. */
        public Builder address(int port, String address) {
            portAddresses
                    .computeIfAbsent(port, p -> new ArrayList<>())
                    .add(InetAddress.ofLiteral(address));
            return this;
        }

        public Builder ip(IpConfig config) {
            ip = config;
            return this;
        }

        public Builder neighbour(int port, String address, long mac) {
            neighbours.add(new Neighbour(port, InetAddress.ofLiteral(address), mac));
            return this;
        }

        public Builder sa(SecurityAssociation sa) {
            commands.add(new Command.AddSa(sa, new CompletableFuture<>()));
            return this;
        }

        public Builder policy(SecurityPolicy policy) {
            commands.add(new Command.AddPolicy(policy, new CompletableFuture<>()));
            return this;
        }

        public Builder route(String destination, String port) {
            commands.add(
                    new Command.AddRoute(Route.of(destination, port), new CompletableFuture<>()));
            return this;
        }

        public DrivenGateway build() {
            return new DrivenGateway(this);
        }

        private CryptoProvider provider() {
            try {
                return provider != null ? provider : CryptoProviders.find(CryptoProviders.DEFAULT);
            } catch (CryptoException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
