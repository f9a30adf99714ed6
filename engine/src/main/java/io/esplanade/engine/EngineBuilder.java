package io.esplanade.engine;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.control.NonceStore;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.fib.KernelRouting;
import io.esplanade.engine.fib.NeighbourTable;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.path.AuditTrail;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;

/**
 * Configures an {@link Engine}: everything a gateway file can say, and what only a program can.
 *
 * <p>Not thread-safe; builds one engine. The engine owns the ports and the keys given to it, also
 * when {@link #build} refuses; nonce store, clock and listener stay the caller's.
 */
public final class EngineBuilder {

    private static final int MBUFS_PER_THREAD = 4096;
    private static final int LARGE_MBUFS = 16;
    private static final int NOT_SAID = -1;

    String name = "engine";
    RuntimeConfig runtime = RuntimeConfig.DEFAULT;
    int mbufs;
    int largeMbufs = NOT_SAID;
    boolean invariants;
    int burstSize = Burst.DEFAULT_SIZE;
    int flowCacheSize = 8192;
    int auditEventsPerSecond = 10;
    Clock clock = Clock.system();
    NonceStore nonceStore;
    private int icmpErrorsPerSecond = IpConfig.DEFAULT.icmpErrorsPerSecond();
    private boolean learnPathMtu = IpConfig.DEFAULT.learnPathMtu();
    private Duration pathMtuAge = Duration.ofNanos(IpConfig.DEFAULT.pathMtuAge());
    private int reassemblyMbufs = IpConfig.DEFAULT.reassemblyMbufs();
    private Duration reassemblyTime = Duration.ofNanos(IpConfig.DEFAULT.reassemblyTime());
    KernelRouting kernelRouting;
    EngineListener listener = new EngineListener() {};
    final List<Port> ports = new ArrayList<>();
    final List<Address> addresses = new ArrayList<>();
    final List<Neighbour> neighbours = new ArrayList<>();

    private boolean built;
    private String provider = CryptoProviders.DEFAULT;
    private final Map<String, CryptoProvider> providers = new LinkedHashMap<>();
    private final List<SecurityAssociation> sas = new ArrayList<>();
    private final List<SecurityPolicy> policies = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();

    EngineBuilder() {}

    record Neighbour(String port, InetAddress address, long mac) {
        void enter(NeighbourTable table, int portIndex) {
            table.put(portIndex, IpAddresses.high(address), IpAddresses.low(address), mac);
        }
    }

    /** One of the gateway's own; the port may be null. */
    record Address(String port, InetAddress address) {
        void enter(Tables tables, ToIntFunction<String> portIndex) {
            tables.localAddresses().add(address);
            if (port != null) {
                tables.portAddresses().add(portIndex.applyAsInt(port), address);
            }
        }
    }

    /** Names the engine in its threads and reports. */
    public EngineBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /** Which runtime moves the packets, on how many threads; default one lane on one thread. */
    public EngineBuilder runtime(RuntimeConfig runtime) {
        this.runtime = Objects.requireNonNull(runtime, "runtime");
        return this;
    }

    /**
     * How many mbufs for packets of up to 1792 bytes; default 4096 per thread, and what ports keep
     * posted.
     */
    public EngineBuilder mbufs(int count) {
        this.mbufs = count;
        return this;
    }

    /** How many mbufs for larger packets; default 16, or one for each lane if that is more. */
    public EngineBuilder largeMbufs(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("there are 0 large mbufs or more, not " + count);
        }
        this.largeMbufs = count;
        return this;
    }

    /**
     * Whether to check every move of an mbuf, and where the JVM runs with {@code -ea} every access
     * to one; slow, for finding faults.
     */
    public EngineBuilder invariants(boolean on) {
        this.invariants = on;
        return this;
    }

    /** The most packets worked on together, 1 to 256; default 32. */
    public EngineBuilder burstSize(int packets) {
        this.burstSize = packets;
        return this;
    }

    /** How many flows each flow cache remembers, rounded up to a power of two; default 8192. */
    public EngineBuilder flowCacheSize(int flows) {
        this.flowCacheSize = flows;
        return this;
    }

    /** The crypto provider for SAs that name none, by its name; default {@code openssl}. */
    public EngineBuilder provider(String name) {
        this.provider = Objects.requireNonNull(name, "name");
        return this;
    }

    /** The crypto provider for SAs that name none. */
    public EngineBuilder provider(CryptoProvider provider) {
        addProvider(provider);
        return provider(provider.name());
    }

    /**
     * Adds a crypto provider that SAs may name. Those that the builder's own SAs name are found by
     * their names without; SAs that are added later can name what the builder had.
     */
    public EngineBuilder addProvider(CryptoProvider provider) {
        providers.put(provider.name(), provider);
        return this;
    }

    public EngineBuilder clock(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
        return this;
    }

    /** What keeps static keys from repeating nonces; the caller closes it after the engine. */
    public EngineBuilder nonceStore(NonceStore nonceStore) {
        this.nonceStore = Objects.requireNonNull(nonceStore, "nonceStore");
        return this;
    }

    public EngineBuilder listener(EngineListener listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /** Adds a port, at most 255 of them. */
    public EngineBuilder port(Port port) {
        ports.add(Objects.requireNonNull(port, "port"));
        return this;
    }

    /**
     * Says that {@code address} is the gateway's own. Addresses at which inbound SAs receive are so
     * without saying.
     */
    public EngineBuilder address(InetAddress address) {
        addresses.add(new Address(null, Objects.requireNonNull(address, "address")));
        return this;
    }

    /**
     * Says that {@code address} is the gateway's own on a port. ICMP errors come from the first
     * address of their family; where there is none, none are sent.
     */
    public EngineBuilder address(String port, InetAddress address) {
        addresses.add(
                new Address(
                        Objects.requireNonNull(port, "port"),
                        Objects.requireNonNull(address, "address")));
        return this;
    }

    /** The most ICMP errors that each lane sends in a second, 0 for none; default 1000. */
    public EngineBuilder icmpErrorsPerSecond(int errors) {
        if (errors < 0 || errors > 1_000_000) {
            throw new IllegalArgumentException(
                    "ICMP errors per second are 0 to 1000000, not " + errors);
        }
        this.icmpErrorsPerSecond = errors;
        return this;
    }

    /**
     * Whether ICMP errors from the unprotected side, which nobody authenticates but which must
     * quote a packet sent lately, may lower the path MTU of SAs; default true.
     */
    public EngineBuilder learnPathMtu(boolean on) {
        this.learnPathMtu = on;
        return this;
    }

    /** How long a path MTU learned is believed; default ten minutes (RFC 1191 §6.3). */
    public EngineBuilder pathMtuAge(Duration age) {
        this.pathMtuAge = Objects.requireNonNull(age, "age");
        return this;
    }

    /**
     * How many mbufs fragments that wait for others may hold in each lane, 0 for no reassembly, and
     * for how long; default 128 and five seconds.
     */
    public EngineBuilder reassembly(int mbufs, Duration time) {
        if (mbufs < 0 || mbufs > 1 << 16) {
            throw new IllegalArgumentException("fragments may hold 0 to 65536 mbufs, not " + mbufs);
        }
        this.reassemblyMbufs = mbufs;
        this.reassemblyTime = Objects.requireNonNull(time, "time");
        return this;
    }

    /**
     * How many auditable events of each kind are told in a second, by {@link EngineListener#audit}
     * and in the log; those beyond are counted as {@code AUDIT_SUPPRESSED}. At most 100; 0 turns
     * auditing off; default 10.
     */
    public EngineBuilder auditEventsPerSecond(int events) {
        if (events < 0 || events > AuditTrail.MOST_PER_SECOND) {
            throw new IllegalArgumentException(
                    "auditable events a second are 0 to %d, not %d"
                            .formatted(AuditTrail.MOST_PER_SECOND, events));
        }
        this.auditEventsPerSecond = events;
        return this;
    }

    IpConfig ip() {
        return new IpConfig(
                icmpErrorsPerSecond,
                learnPathMtu,
                pathMtuAge.toNanos(),
                reassemblyMbufs,
                reassemblyTime.toNanos());
    }

    /** The link-layer address, 48 bits, of {@code address} on an Ethernet port. */
    public EngineBuilder neighbour(String port, InetAddress address, long mac) {
        neighbours.add(new Neighbour(port, address, mac));
        return this;
    }

    public EngineBuilder sa(SecurityAssociation sa) {
        sas.add(Objects.requireNonNull(sa, "sa"));
        return this;
    }

    public EngineBuilder policy(SecurityPolicy policy) {
        policies.add(Objects.requireNonNull(policy, "policy"));
        return this;
    }

    public EngineBuilder route(Route route) {
        routes.add(Objects.requireNonNull(route, "route"));
        return this;
    }

    /**
     * Takes over the kernel's routes, and the addresses, neighbours and MTUs of the devices that
     * ports are on, and follows them as they change. Default is not to.
     */
    public EngineBuilder followKernel(KernelRouting routing) {
        this.kernelRouting = Objects.requireNonNull(routing, "routing");
        return this;
    }

    /**
     * Makes the engine, which opens nothing before {@link Engine#start}.
     *
     * @throws EngineException if the configuration is refused: the message says what and the remedy
     * @throws IllegalStateException if it was built before
     */
    public Engine build() {
        if (built) {
            throw new IllegalStateException("a builder builds one engine; begin another");
        }
        built = true;
        try {
            check();
            return new Engine(this, providers());
        } catch (CryptoException | IllegalArgumentException e) {
            throw release(new EngineException(e.getMessage(), e));
        } catch (RuntimeException e) {
            throw release(e);
        }
    }

    /** Gives up what would have been the engine's; says what else went wrong with {@code why}. */
    private RuntimeException release(RuntimeException why) {
        sas.forEach(sa -> sa.key().close());
        for (Port port : ports) {
            try {
                port.close();
            } catch (IOException | RuntimeException e) {
                why.addSuppressed(e);
            }
        }
        return why;
    }

    private void check() {
        if (ports.isEmpty()) {
            throw new EngineException("an engine has at least one port: add one");
        }
        if (ports.size() > 255) {
            throw new EngineException("an engine has at most 255 ports");
        }
        if (burstSize < 1 || burstSize > 256) {
            throw new EngineException("the burst size is 1 to 256, not " + burstSize);
        }
        checkMbufs();
        Set<String> names = new HashSet<>();
        for (Port port : ports) {
            if (!names.add(port.name())) {
                throw new EngineException("two ports are named " + port.name() + ": rename one");
            }
        }
        if (kernelRouting != null && kernelRouting.elsewhere() != null) {
            checkElsewhere(kernelRouting.elsewhere());
        }
    }

    private void checkElsewhere(String name) {
        Port port =
                ports.stream()
                        .filter(p -> p.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new EngineException(
                                                "the kernel's routes over other devices lead to"
                                                        + " port %s, which there is not: add it"
                                                                .formatted(name)));
        if (port.linkType() == LinkType.ETHERNET) {
            throw new EngineException(
                    "the kernel's routes over other devices cannot lead to port %s: routers there are not on its Ethernet; name a port that the kernel forwards for, such as a TUN device"
                            .formatted(name));
        }
    }

    private void checkMbufs() {
        int least = runtime.leastMbufs(burstSize);
        if (mbufs == 0) {
            int posted = ports.stream().mapToInt(Port::postedMbufs).sum();
            mbufs = Math.max(least, MBUFS_PER_THREAD * runtime.threads()) + posted;
        }
        if (mbufs < least) {
            throw new EngineException(
                    "%d mbufs are too few for this runtime: it needs %d".formatted(mbufs, least));
        }
        int leastLarge = runtime.leastLargeMbufs();
        if (largeMbufs == NOT_SAID) {
            largeMbufs = Math.max(leastLarge, LARGE_MBUFS);
        }
        if (largeMbufs > 0 && largeMbufs < leastLarge) {
            throw new EngineException(
                    "%d large mbufs leave a lane without: have %d or more, or none"
                            .formatted(largeMbufs, leastLarge));
        }
    }

    /** The default provider first, then those that SAs may name; all loaded. */
    private CryptoProvider[] providers() throws CryptoException {
        Set<String> names = new LinkedHashSet<>();
        names.add(provider);
        names.addAll(providers.keySet());
        for (SecurityAssociation sa : sas) {
            if (sa.provider() != null) {
                names.add(sa.provider());
            }
        }
        List<CryptoProvider> loaded = new ArrayList<>();
        for (String wanted : names) {
            CryptoProvider given = providers.get(wanted);
            if (given == null) {
                loaded.add(CryptoProviders.find(wanted));
            } else {
                given.load();
                loaded.add(given);
            }
        }
        return loaded.toArray(CryptoProvider[]::new);
    }

    /** Everything that is added to the engine before it starts. */
    List<Command> commands() {
        List<Command> commands = new ArrayList<>();
        routes.forEach(r -> commands.add(new Command.AddRoute(r, new CompletableFuture<>())));
        sas.forEach(s -> commands.add(new Command.AddSa(s, new CompletableFuture<>())));
        policies.forEach(p -> commands.add(new Command.AddPolicy(p, new CompletableFuture<>())));
        return commands;
    }
}
