package io.esplanade.engine.ipsec;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.CipherMode.Construction;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.CacheLine;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the data plane keeps of an SA while it runs: the configuration in the form that packets need
 * it, final, and counters.
 *
 * <p>The crypto contexts belong to whoever made them and frees them when the SA is retired. The
 * counters are written by the one thread that the SA's packets pass in order; any thread reads
 * them.
 */
public abstract sealed class AssociationState permits InboundState, OutboundState {

    /** Placement over all workers of a lane. */
    public static final int ANY_WORKER = -1;

    /** Bytes of AAD: SPI and sequence number, with ESN all of it (RFC 4106 §5). */
    private static final int AAD = 8;

    private static final int AAD_ESN = 12;

    /** Access to {@link #hot}. */
    static final VarHandle HOT = MethodHandles.arrayElementVarHandle(long[].class);

    // What packets change: what Ingress writes, and a line further what Egress writes.
    static final int SEQUENCE = CacheLine.LONGS; // outbound: the last number given
    static final int CACHED_LIMIT = SEQUENCE + 1; // what the lane knows of the limit
    private static final int PACKETS = 2 * CacheLine.LONGS;
    private static final int BYTES = PACKETS + 1;
    private static final int REFERENCES = PACKETS + 2;
    static final int INTEGRITY_FAILURES = PACKETS + 3;
    static final int REPLAYS = PACKETS + 4;
    private static final int HOT_LENGTH = REPLAYS + 1 + CacheLine.LONGS;

    private final SecurityAssociation association;
    private final Lifetime lifetime;
    private final int tunnel;
    private final int provider;
    private final long[] contexts;

    private final int spi;
    private final boolean esn;
    private final int salt;
    private final CipherMode mode;
    private final boolean aead;
    private final int saltLength;
    private final int ivLength;
    private final int icvLength;
    private final int alignment;
    private final boolean ah;
    private final boolean transport;
    private final boolean encapsulated;
    private final int mss;
    private final long form;
    private final long aeadForm;

    private int slot = SaTable.NONE;
    private int generation;
    private int lane;
    private int worker;
    private long added; // ns; the conductor's, as what follows
    private volatile boolean dying;
    private String placementReason = "there is one lane";

    /** What packets change, away from what they only read. */
    final long[] hot = new long[HOT_LENGTH];

    AssociationState(SecurityAssociation association, int tunnel, int provider, long[] contexts) {
        this.association = association;
        lifetime = association.lifetime();
        this.tunnel = tunnel;
        this.provider = provider;
        this.contexts = contexts.clone();
        Suite suite = association.suite();
        spi = association.spi();
        esn = association.esn();
        mode = suite.mode();
        aead = mode.construction() == Construction.AEAD;
        saltLength = suite.saltLength();
        salt = salt(association);
        ivLength = suite.ivLength();
        icvLength = suite.icvLength();
        alignment = suite.alignment();
        ah = association.protocol() == IpsecProtocol.AH;
        transport = association.mode() == SaMode.TRANSPORT;
        encapsulated = association.encapsulation() != null;
        mss = association.mtuRules().mss();
        boolean encrypts = association.direction() == Direction.OUTBOUND;
        Operation operation = encrypts ? Operation.ENCRYPT : Operation.DECRYPT;
        form = CryptoBurst.form(operation, icvLength, mode.nonceLength());
        aeadForm = CryptoBurst.aeadForm(esn ? AAD_ESN : AAD, salt);
    }

    private static int salt(SecurityAssociation sa) {
        int salt = 0;
        for (int i = sa.suite().saltLength() - 1; i >= 0; i--) {
            long at = (long) sa.suite().keyLength() + i;
            salt = salt << 8 | sa.key().segment().get(ValueLayout.JAVA_BYTE, at) & 0xff;
        }
        return salt;
    }

    /** What it was made from; its key may have been wiped since. */
    public final SecurityAssociation association() {
        return association;
    }

    public final String name() {
        return association.name();
    }

    /** Index of its tunnel. */
    public final int tunnel() {
        return tunnel;
    }

    /** Index of the crypto provider that made its contexts. */
    public final int provider() {
        return provider;
    }

    /**
     * Says which lane has this SA and which of its workers; before the SA is in the SAD.
     *
     * @param worker the worker all its packets go to, or {@link #ANY_WORKER}
     * @param why the reason, for people
     */
    public final void place(int lane, int worker, String why) {
        this.lane = lane;
        this.worker = worker;
        this.placementReason = why;
    }

    /** Why it is where it is, for people. */
    public final String placementReason() {
        return placementReason;
    }

    /** The SAD: says where it is there, before it is found. */
    final void added(int newSlot, int newGeneration) {
        slot = newSlot;
        generation = newGeneration;
    }

    /** Its slot in the SAD; {@link SaTable#NONE} if it has never been there. */
    public final int slot() {
        return slot;
    }

    /** Which of those that have had its slot: 16 bits, one more at each reuse. */
    public final int generation() {
        return generation;
    }

    /** The lane whose threads alone touch this state. */
    public final int lane() {
        return lane;
    }

    /** The worker of its lane that its packets go to, or {@link #ANY_WORKER}. */
    public final int worker() {
        return worker;
    }

    /** The keyed context for worker {@code worker} of its lane. */
    public final long context(int worker) {
        return contexts[worker];
    }

    /** How many contexts it has, one per worker. */
    public final int contexts() {
        return contexts.length;
    }

    /** The SPI as a number; it goes into packets in network order. */
    public final int spi() {
        return spi;
    }

    public final boolean esn() {
        return esn;
    }

    /** What its operations have in common, see {@link CryptoBurst#form}. */
    public final long form() {
        return form;
    }

    /** And if it is an AEAD's, see {@link CryptoBurst#aeadForm}. */
    public final long aeadForm() {
        return aeadForm;
    }

    /** How the suite uses its cipher. */
    public final CipherMode mode() {
        return mode;
    }

    /** Whether one algorithm encrypts and authenticates. */
    public final boolean aead() {
        return aead;
    }

    /** The salt's bytes, to be stored in machine order, the first lowest; 0 behind them. */
    public final int salt() {
        return salt;
    }

    /** How many bytes of salt there are. */
    public final int saltLength() {
        return saltLength;
    }

    /** Bytes of IV in each packet. */
    public final int ivLength() {
        return ivLength;
    }

    /** Bytes of ICV behind each packet. */
    public final int icvLength() {
        return icvLength;
    }

    /** Bytes to whose multiple payload, padding and trailer are padded. */
    public final int alignment() {
        return alignment;
    }

    /** Whether it is AH's; else ESP's. */
    public final boolean ah() {
        return ah;
    }

    /** Whether it is in transport mode; else in tunnel mode. */
    public final boolean transport() {
        return transport;
    }

    /** Whether its packets go in UDP. */
    public final boolean encapsulated() {
        return encapsulated;
    }

    /** The most that SYNs may tell, or what {@link MtuRules} has instead of a number. */
    public final int mss() {
        return mss;
    }

    /** Conductor: says when it was added, by its clock. */
    public final void addedAt(long nanos) {
        added = nanos;
    }

    /** For how long it has been there at the moment {@code now} of the conductor's clock, ns. */
    public final long age(long now) {
        return now - added;
    }

    /** Whether it has come to a soft limit, or nearly to the end of its numbers. */
    public final boolean dying() {
        return dying;
    }

    /** Conductor: it has. */
    public final void die() {
        dying = true;
    }

    /** Whether its lifetime has any limit. */
    public final boolean limited() {
        return lifetime != Lifetime.UNLIMITED;
    }

    /** Which soft limit of its lifetime it has reached, or null. */
    public final Expiry softLimit(long now) {
        return reached(lifetime.soft(), now);
    }

    /** Which hard limit of its lifetime it has reached, or null. */
    public final Expiry hardLimit(long now) {
        return reached(lifetime.hard(), now);
    }

    private Expiry reached(Lifetime.Limit limit, long now) {
        return limit == Lifetime.Limit.NONE ? null : limit.reached(age(now), bytes(), packets());
    }

    /** Counts one packet that went through, with the length of its inner packet. */
    public final void count(int innerBytes) {
        HOT.setOpaque(hot, PACKETS, hot[PACKETS] + 1);
        HOT.setOpaque(hot, BYTES, hot[BYTES] + innerBytes);
    }

    /** As {@link #count}, where several threads count on one SA. */
    public final void countShared(int innerBytes) {
        HOT.getAndAdd(hot, PACKETS, 1L);
        HOT.getAndAdd(hot, BYTES, (long) innerBytes);
    }

    /**
     * Adds to the number of packets under way that refer to this state; only where states are
     * shared by threads.
     *
     * @return the number before
     */
    public final int addReferences(int n) {
        return (int) (long) HOT.getAndAdd(hot, REFERENCES, (long) n);
    }

    /** How many packets under way refer to this state; 0 where nobody counts. */
    public final int references() {
        return (int) (long) HOT.getOpaque(hot, REFERENCES);
    }

    /** Packets that went through. */
    public final long packets() {
        return (long) HOT.getOpaque(hot, PACKETS);
    }

    /** Bytes of inner packets that went through. */
    public final long bytes() {
        return (long) HOT.getOpaque(hot, BYTES);
    }

    /** Outbound: the last number given; inbound: the highest accepted. Read unsigned. */
    public abstract long sequence();

    @Override
    public final String toString() {
        return "SA " + name() + " (" + association.spiText() + ")";
    }
}
