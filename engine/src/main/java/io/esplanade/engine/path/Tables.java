package io.esplanade.engine.path;

import io.esplanade.engine.fib.Fib;
import io.esplanade.engine.fib.NeighbourTable;
import io.esplanade.engine.fib.NextHops;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.Sad;
import io.esplanade.engine.ipsec.Spd;
import io.esplanade.engine.os.CacheLine;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Everything the stages look things up in. The conductor alone writes; lanes read without locks.
 *
 * <p>The version goes up by one after each change of a policy, a route or a local address: it dates
 * the flow caches' entries. A lane reads it once, before the burst it works on.
 */
public final class Tables {

    private static final VarHandle TIME = MethodHandles.arrayElementVarHandle(long[].class);

    private final Sad sad = new Sad();
    private final Fib fib = new Fib();
    private final NextHops nextHops = new NextHops();
    private final NeighbourTable neighbours = new NeighbourTable();
    private final Wanted wanted = new Wanted();
    private final AuditTrail audit = new AuditTrail(this);
    private final NeighbourNews neighbourNews = new NeighbourNews();
    private final AddressSet localAddresses = new AddressSet();
    private final PortSet encapsulationPorts = new PortSet();
    private final PortAddresses portAddresses;
    private final Side[] sides;
    private final int[] mtus;
    private volatile int[] paced = {};
    private volatile Spd spd = Spd.EMPTY;
    private volatile long version = 1;
    private final long[] time = new long[3 * CacheLine.LONGS]; // alone on its line

    /**
     * @param sides the sides, by port index, of ports that take every packet
     */
    public Tables(Side... sides) {
        this(sides.clone(), IntStream.generate(() -> 0xffff).limit(sides.length).toArray());
    }

    private Tables(Side[] sides, int[] mtus) {
        this.sides = sides;
        this.mtus = mtus;
        portAddresses = new PortAddresses(sides.length);
    }

    /** Tables for these ports, in this order. */
    public static Tables of(List<Port> ports) {
        return new Tables(
                ports.stream().map(Port::side).toArray(Side[]::new),
                ports.stream().mapToInt(Port::mtu).toArray());
    }

    public Sad sad() {
        return sad;
    }

    public Fib fib() {
        return fib;
    }

    /** The next hop towards the address, or {@link Fib#NONE}. */
    public int route(long high, long low) {
        return IpAddresses.isIpv4(high, low)
                ? fib.lookupIpv4((int) low)
                : fib.lookupIpv6(high, low);
    }

    public NextHops nextHops() {
        return nextHops;
    }

    public NeighbourTable neighbours() {
        return neighbours;
    }

    /** What lanes tell about neighbours. */
    public NeighbourNews neighbourNews() {
        return neighbourNews;
    }

    /** The SAs that lanes want. */
    public Wanted wanted() {
        return wanted;
    }

    /** The auditable events that lanes tell of. */
    public AuditTrail audit() {
        return audit;
    }

    /** The tunnels, ascending, that are sent on at a constant rate; not to be changed. */
    int[] paced() {
        return paced;
    }

    /** Conductor: says which tunnels, ascending, are sent on at a constant rate. */
    public void paced(int[] tunnels) {
        paced = tunnels;
    }

    /** Where ESP arrives in UDP. */
    public PortSet encapsulationPorts() {
        return encapsulationPorts;
    }

    /** The gateway's own addresses. */
    public AddressSet localAddresses() {
        return localAddresses;
    }

    /** The gateway's address on each port, which is among {@link #localAddresses} too. */
    public PortAddresses portAddresses() {
        return portAddresses;
    }

    /** The policies of this moment; read once per burst, after {@link #version}. */
    public Spd spd() {
        return spd;
    }

    public long version() {
        return version;
    }

    /**
     * The time of the conductor's last look, ns by its clock: a tenth of a second late at most,
     * while it is not held up, for what needs no better and must not ask the clock per packet.
     */
    public long time() {
        return (long) TIME.getOpaque(time, CacheLine.LONGS);
    }

    /** Conductor: says what time it is. */
    public void time(long nanos) {
        TIME.setOpaque(time, CacheLine.LONGS, nanos);
    }

    /** Which side port {@code port} is on. */
    public Side side(int port) {
        return sides[port];
    }

    /** How many ports there are. */
    public int ports() {
        return sides.length;
    }

    /** The largest packet that port {@code port} takes. */
    public int mtu(int port) {
        return mtus[port];
    }

    /** Conductor: says what port {@code port} takes from now on. */
    public void mtu(int port, int bytes) {
        mtus[port] = bytes;
    }

    /** Whether the address is the gateway's own. */
    public boolean isLocal(long high, long low) {
        return localAddresses.contains(high, low);
    }

    /** Conductor: makes {@code next} the policies and, with all changes before it, effective. */
    public void publish(Spd next) {
        spd = next;
        changed();
    }

    /** Conductor: makes changes of routes and addresses effective. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer
    public void changed() {
        version = version + 1;
    }
}
