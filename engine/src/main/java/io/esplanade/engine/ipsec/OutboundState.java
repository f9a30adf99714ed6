package io.esplanade.engine.ipsec;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.mbuf.MbufPool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.security.SecureRandom;

/**
 * An outbound SA while it runs: what encapsulation needs and its sequence numbers.
 *
 * <p>Numbers are 64 bits read unsigned, given once each in ascending order and never wrap: the last
 * is 2⁶⁴ - 1, or 2³² - 1 without ESN (RFC 4303 §3.3.3), or that of the last packet of its lifetime.
 * Under a static key fewer may be used at any moment, as many as the nonce store has reserved; the
 * conductor {@linkplain #extend extends} that.
 *
 * <p>One thread takes numbers ({@link #next}); one other, the conductor's, extends.
 */
public final class OutboundState extends AssociationState {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final VarHandle LIMIT;
    private static final VarHandle ROUTE;
    private static final VarHandle OUTER_HEADER;
    private static final VarHandle INNER_MTU;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            LIMIT = lookup.findVarHandle(OutboundState.class, "limit", long.class);
            OUTER_HEADER =
                    lookup.findVarHandle(OutboundState.class, "outerHeader", OuterHeader.class);
            ROUTE = lookup.findVarHandle(OutboundState.class, "route", long.class);
            INNER_MTU = lookup.findVarHandle(OutboundState.class, "innerMtu", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** How few numbers are few, of all an SA has, as a shift. */
    private static final int NEARLY_EXHAUSTED = 4;

    /** Answer of {@link #route(long)}: look it up. */
    public static final int ROUTE_UNKNOWN = -2;

    /** What a small mbuf always has room for, though headers were taken off in its front. */
    private static final int ROOM_IN_SMALL = MbufPool.SMALL_SIZE - 2 * MbufPool.HEADROOM;

    /** Of padding: no packet is longer. */
    private static final int ALL_THAT_FITS = Integer.MAX_VALUE;

    private final long sourceHigh;
    private final long sourceLow;
    private final Fragmentation fragmentation;
    private final PathMtu pathMtu = new PathMtu();
    private final long destinationHigh;
    private final long destinationLow;
    private final long last;
    private final boolean lastOfLifetime;
    private final int padTo;
    private final int aggregateTo; // 0 if packets go each by itself
    private final int rate;

    private OuterHeader outerHeader; // the conductor's

    private long ivMask;
    private long ivPrefix;
    private long route = ROUTE_UNKNOWN; // the version's low half above, the next hop below
    private long innerMtu; // the version's low half above, the MTU below

    private long limit; // the last number that may be given now; the conductor's

    /** An SA that may use all its numbers, from its initial one on. */
    public OutboundState(SecurityAssociation sa, int tunnel, int provider, long... contexts) {
        this(sa, tunnel, provider, contexts, sa.initialSequence(), end(sa));
    }

    /**
     * An SA of which a block of numbers is reserved.
     *
     * @param sa the outbound SA
     * @param tunnel index of its tunnel
     * @param provider index of the crypto provider that made the contexts
     * @param contexts one encrypting context per worker; they stay the caller's
     * @param first the first number to be given, at least 1
     * @param limit the last number that may be given until {@link #extend}
     */
    public OutboundState(
            SecurityAssociation sa,
            int tunnel,
            int provider,
            long[] contexts,
            long first,
            long limit) {
        super(sa, tunnel, provider, contexts);
        if (sa.direction() != Direction.OUTBOUND) {
            throw new IllegalArgumentException(this + " is not outbound");
        }
        if (first == 0) {
            throw new IllegalArgumentException(this + ": the first sequence number is 1 or more");
        }
        outerHeader = OuterHeader.of(sa);
        sourceHigh = IpAddresses.high(sa.source());
        sourceLow = IpAddresses.low(sa.source());
        fragmentation = sa.mtuRules().fragmentation();
        destinationHigh = IpAddresses.high(sa.destination());
        destinationLow = IpAddresses.low(sa.destination());
        if (sa.suite().mode().iv() == CipherMode.Iv.UNPREDICTABLE) {
            // A static key may have sent before, from the same numbers.
            ivMask = RANDOM.nextLong();
            ivPrefix = RANDOM.nextLong();
        }
        int size = sa.tfc().padTo() == Tfc.TO_PATH_MTU ? ALL_THAT_FITS : sa.tfc().padTo();
        aggregateTo = sa.tfc().aggregate() ? size : 0;
        padTo = sa.tfc().aggregate() ? 0 : size;
        rate = sa.tfc().rate();
        long packets = sa.lifetime().hard().packets();
        long numbers = end(sa) - (first - 1);
        lastOfLifetime = packets != 0 && Long.compareUnsigned(packets, numbers) < 0;
        last = lastOfLifetime ? first - 1 + packets : end(sa);
        this.limit = min(limit, last);
        hot[SEQUENCE] = first - 1;
        hot[CACHED_LIMIT] = this.limit;
    }

    private static long end(SecurityAssociation sa) {
        return sa.esn() ? -1L : 0xffff_ffffL;
    }

    /** The headers that go before ESP; read it once for a packet. */
    public OuterHeader outerHeader() {
        return (OuterHeader) OUTER_HEADER.getAcquire(this);
    }

    /** Replaces them by others of the same length; the conductor. */
    public void outerHeader(OuterHeader header) {
        OUTER_HEADER.setRelease(this, header);
    }

    /** What is done with IPv4 packets that are too long and may be fragmented. */
    public Fragmentation fragmentation() {
        return fragmentation;
    }

    /** What ICMP errors have told of the path that its packets take. */
    public PathMtu pathMtu() {
        return pathMtu;
    }

    /**
     * Takes note of an MTU that an ICMP error told, which never raises the one known.
     *
     * @param now of the clock, ns
     * @return whether it is lower than what was known
     */
    public boolean learnPathMtu(int mtu, long now) {
        boolean lower = pathMtu.learn(mtu, now);
        int known = (int) (long) INNER_MTU.getOpaque(this);
        int fits = Math.max(1, innerMtu(pathMtu.learned()));
        // Of no version: to be computed. Packets under way are padded to no more than that already.
        INNER_MTU.setOpaque(this, (long) (known == 0 ? fits : Math.min(known, fits)));
        return lower;
    }

    /** Begins with what the SA before it on its tunnel, between the same addresses, has learned. */
    public void succeeds(OutboundState predecessor) {
        if (predecessor.joins(sourceHigh, sourceLow, destinationHigh, destinationLow)) {
            pathMtu.inherit(predecessor.pathMtu);
        }
    }

    /**
     * The longest inner packet that fits while the tables have {@code version}; 0 if that is to be
     * computed. Any thread, as with {@link #route(long)}.
     */
    public int longestInner(long version) {
        long known = (long) INNER_MTU.getOpaque(this);
        return (int) version == (int) (known >>> 32) ? (int) known : 0;
    }

    /**
     * Remembers that in tables of {@code version} inner packets of up to {@code mtu} bytes fit; for
     * padding alone if that may be longer than a small mbuf: every packet is looked at then.
     */
    public void longestInner(long version, int mtu) {
        long tables = Math.min(padTo, mtu) > ROOM_IN_SMALL ? ~version : version;
        INNER_MTU.setOpaque(this, tables << 32 | Integer.toUnsignedLong(mtu));
    }

    /** The longest inner packet whose ESP or AH packet has at most {@code mtu} bytes. */
    public int innerMtu(int mtu) {
        boolean ipv4 = !outerHeader().isIpv6();
        Suite suite = association().suite();
        Overhead overhead =
                ah()
                        ? Overhead.ofAh(ipv4, transport(), suite)
                        : Overhead.of(ipv4, transport(), encapsulated(), suite);
        return overhead.innerMtu(mtu);
    }

    /**
     * Bytes to which inner packets are padded that are shorter (RFC 4303 §2.7), but no more than
     * fits the path as far as that is known; 0 for none.
     */
    public int padTo() {
        if (padTo == 0) {
            return 0;
        }
        int fits = (int) (long) INNER_MTU.getOpaque(this);
        if (fits == 0) {
            return padTo == ALL_THAT_FITS ? 0 : padTo;
        }
        return Math.min(padTo, fits);
    }

    /** Whether packets are put together (RFC 9347). */
    public boolean aggregates() {
        return aggregateTo != 0;
    }

    /** Bytes of payload that packets are put together in, unless fewer fit the path. */
    public int aggregateTo() {
        return aggregateTo;
    }

    /** Payloads a second, whatever there is to be sent; 0 if there are as many as need be. */
    public int rate() {
        return rate;
    }

    /** Whether the gateway sends on it from this address. */
    public boolean isFrom(long high, long low) {
        return low == sourceLow && high == sourceHigh;
    }

    /** Whether it goes between these two, as packets on it must in transport mode. */
    public boolean joins(long fromHigh, long fromLow, long toHigh, long toLow) {
        return fromLow == sourceLow
                && toLow == destinationLow
                && fromHigh == sourceHigh
                && toHigh == destinationHigh;
    }

    /**
     * What is XORed with the sequence number to make the IV of a counter mode: 0, unless {@link
     * #ivMask(long)} says otherwise. IVs differ whenever numbers do, whatever the mask (RFC 4106
     * §3.1). In CBC the result is encrypted to make the IV, and the mask is random.
     */
    public long ivMask() {
        return ivMask;
    }

    /** Sets the mask, before the SA sends; for reproducing other implementations' packets. */
    public void ivMask(long mask) {
        ivMask = mask;
    }

    /** What stands before that to make a block of 16 bytes, where CBC needs one: random. */
    public long ivPrefix() {
        return ivPrefix;
    }

    /** Sets the prefix, before the SA sends; for reproducing other implementations' packets. */
    public void ivPrefix(long prefix) {
        ivPrefix = prefix;
    }

    /**
     * Where ESP packets go while the tables have {@code version}, or {@link #ROUTE_UNKNOWN}. Any
     * thread that routes them: version and next hop are one word. It would be taken for a version
     * 2³² changes later, during which not one packet was sent here.
     */
    public int route(long version) {
        long known = (long) ROUTE.getOpaque(this);
        return (int) version == (int) (known >>> 32) ? (int) known : ROUTE_UNKNOWN;
    }

    /** Remembers that in tables of {@code version} the next hop is {@code nextHop}. */
    public void route(long version, int nextHop) {
        ROUTE.setOpaque(this, version << 32 | Integer.toUnsignedLong(nextHop));
    }

    /**
     * The next sequence number, or {@link SequenceSource#NONE} if there is none now: {@link
     * #refusal} tells why.
     */
    public long next() {
        long sequence = hot[SEQUENCE];
        if (Long.compareUnsigned(sequence, hot[CACHED_LIMIT]) >= 0) {
            long now = (long) LIMIT.getAcquire(this);
            hot[CACHED_LIMIT] = now;
            if (Long.compareUnsigned(sequence, now) >= 0) {
                return SequenceSource.NONE;
            }
        }
        HOT.setOpaque(hot, SEQUENCE, sequence + 1);
        return sequence + 1;
    }

    /**
     * Takes the numbers after {@code last}, up to {@code to}, if {@code last} still is the last
     * given; where several threads send on one SA.
     */
    public boolean take(long last, long to) {
        return HOT.compareAndSet(hot, SEQUENCE, last, to);
    }

    /**
     * Whether its numbers are used up for good, so that only another SA can send; else {@link
     * #next} had none because the nonce store has not reserved more yet.
     */
    public boolean exhausted() {
        return Long.compareUnsigned(sequence(), last) >= 0;
    }

    /** Why there is no number now: none will come, or the nonce store has not reserved more yet. */
    public DropReason refusal() {
        if (!exhausted()) {
            return DropReason.NONCE_BLOCK_EXHAUSTED;
        }
        return lastOfLifetime ? DropReason.LIFETIME_EXPIRED : DropReason.SEQUENCE_EXHAUSTED;
    }

    /** Whether few numbers are left for ever: one in 16, if no lifetime ends before. */
    public boolean nearlyExhausted() {
        return !lastOfLifetime
                && Long.compareUnsigned(last - sequence(), last >>> NEARLY_EXHAUSTED) < 0;
    }

    /** The last number that this SA can ever use, read unsigned. */
    public long last() {
        return last;
    }

    /** The last number that may be used now, read unsigned. */
    public long limit() {
        return (long) LIMIT.getAcquire(this);
    }

    /**
     * Lets {@code count} more numbers be used, those after {@link #limit}; the conductor only,
     * after the nonce store has made the reservation durable.
     *
     * @param first the first number of the block
     * @throws IllegalStateException if the block does not begin where the last one ended: somebody
     *     else reserves numbers under the same key
     */
    public void extend(long first, long count) {
        if (count < 1 || first != limit + 1 || Long.compareUnsigned(limit, last) >= 0) {
            throw new IllegalStateException(
                    "%s: numbers from %s do not follow %s: is its key used elsewhere too?"
                            .formatted(
                                    this,
                                    Long.toUnsignedString(first),
                                    Long.toUnsignedString(limit)));
        }
        long room = last - limit;
        long grant = Long.compareUnsigned(count, room) < 0 ? count : room;
        LIMIT.setRelease(this, limit + grant);
    }

    @Override
    public long sequence() {
        return (long) HOT.getOpaque(hot, SEQUENCE);
    }

    private static long min(long a, long b) {
        return Long.compareUnsigned(a, b) < 0 ? a : b;
    }
}
