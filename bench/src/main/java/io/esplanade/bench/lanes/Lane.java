package io.esplanade.bench.lanes;

import io.esplanade.bench.bed.Bed;
import io.esplanade.bench.bed.ClearFeed;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.GeneratorPort;
import io.esplanade.bench.bed.MbufOrder;
import io.esplanade.bench.bed.SealedFeed;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.bench.floor.Contestant;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.port.Side;

import java.io.IOException;

/** A gateway's whole lane, memory to memory. One thread. */
public final class Lane implements Contestant {

    /** Mbufs that are not held when sent: a burst on its way, one before and one behind it. */
    public static final int MOVING = 4 * Burst.DEFAULT_SIZE;

    /** Packets of a portion: few enough that those sealed ahead of time stay in the L2 cache. */
    public static final int PORTION = 32 * Burst.DEFAULT_SIZE;

    /** Each takes a burst to its end; those too many are for a lane that drops some. */
    private static final int CYCLES = 2 * PORTION / Burst.DEFAULT_SIZE;

    private final Bed bed;
    private final GeneratorPort out;
    private final MbufOrder order;
    private final SealedFeed sealed; // null when it encrypts

    private Lane(Bed bed, GeneratorPort out, MbufOrder order, SealedFeed sealed) {
        this.bed = bed;
        this.out = out;
        this.order = order;
        this.sealed = sealed;
    }

    /** Gateway A: receives in clear, sends ESP. */
    public static Lane encrypting(CryptoProvider provider, Flows flows, byte[][] keys, int mbufs)
            throws IOException, CryptoException {
        MbufOrder order = new MbufOrder();
        GeneratorPort wan = GeneratorPort.holding("wan", Side.UNPROTECTED, mbufs - MOVING);
        Bed bed =
                new Bed(
                        "a",
                        provider,
                        mbufs,
                        Traffic.gatewayA(keys),
                        GeneratorPort.fed("lan", Side.PROTECTED, new ClearFeed(flows), order),
                        wan);
        return new Lane(bed, wan, order, null);
    }

    /** Gateway B: receives ESP, each packet new to its replay window, sends in clear. */
    public static Lane decrypting(
            CryptoProvider provider, Flows flows, int size, byte[][] keys, int mbufs)
            throws IOException, CryptoException {
        MbufOrder order = new MbufOrder();
        SealedFeed sealed = new SealedFeed(flows, size, provider, keys, 2 * PORTION);
        GeneratorPort lan = GeneratorPort.holding("lan", Side.PROTECTED, mbufs - MOVING);
        Bed bed =
                new Bed(
                        "b",
                        provider,
                        mbufs,
                        Traffic.gatewayB(keys),
                        GeneratorPort.fed("wan", Side.UNPROTECTED, sealed, order),
                        lan);
        return new Lane(bed, lan, order, sealed);
    }

    /** Where a packet received begins in each mbuf, in the order in which the lane meets them. */
    public long[] buffers() {
        return order.buffers();
    }

    @Override
    public int prepare() {
        if (sealed != null) {
            sealed.seal();
            run(); // brings back to the caches what sealing, with keys of its own, has put out
        }
        return PORTION;
    }

    @Override
    public void run() {
        long end = out.sent() + PORTION;
        for (int i = 0; i < CYCLES && out.sent() < end; i++) {
            bed.cycle();
        }
        if (out.sent() < end) {
            throw new IllegalStateException((end - out.sent()) + " packets did not come through");
        }
    }

    /** Frees all. A figure counts only if every packet came through, as ESP or out of it. */
    @Override
    public void close() throws IOException {
        Counter worked = sealed == null ? Counter.ENCRYPTED_PACKETS : Counter.DECRYPTED_PACKETS;
        long drops = bed.counters().drops();
        long done = bed.counters().value(worked);
        bed.close();
        if (sealed != null) {
            sealed.close();
        }
        if (drops > 0 || done != out.sent()) {
            throw new IllegalStateException(
                    "%d packets dropped, %d worked on, %d sent".formatted(drops, done, out.sent()));
        }
    }
}
