package io.esplanade.bench.lanes;

import io.esplanade.bench.bed.Bed;
import io.esplanade.bench.bed.ClearFeed;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.GeneratorPort;
import io.esplanade.bench.bed.MbufOrder;
import io.esplanade.bench.bed.SealedFeed;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.port.Side;

import java.io.IOException;

/** A gateway's whole lane, memory to memory. One thread. */
final class Lane implements Contestant {

    /** Mbufs that are not held when sent: a burst on its way, one before and one behind it. */
    private static final int MOVING = 4 * Burst.DEFAULT_SIZE;

    /** Packets sealed ahead of time: few enough to stay in the L2 cache. */
    private static final int SEALED = 32 * Burst.DEFAULT_SIZE;

    private final Bed bed;
    private final GeneratorPort out;
    private final MbufOrder order;
    private final SealedFeed sealed; // null when it encrypts
    private final int portion;

    private Lane(Bed bed, GeneratorPort out, MbufOrder order, SealedFeed sealed, int portion) {
        this.bed = bed;
        this.out = out;
        this.order = order;
        this.sealed = sealed;
        this.portion = portion;
    }

    /** Gateway A: receives in clear, sends ESP. */
    static Lane encrypting(CryptoProvider provider, Flows flows, byte[][] keys, int mbufs)
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
        return new Lane(bed, wan, order, null, mbufs);
    }

    /** Gateway B: receives ESP, each packet new to its replay window, sends in clear. */
    static Lane decrypting(CryptoProvider provider, Flows flows, int size, byte[][] keys, int mbufs)
            throws IOException, CryptoException {
        MbufOrder order = new MbufOrder();
        SealedFeed sealed = new SealedFeed(flows, size, provider, keys, SEALED);
        GeneratorPort lan = GeneratorPort.holding("lan", Side.PROTECTED, mbufs - MOVING);
        Bed bed =
                new Bed(
                        "b",
                        provider,
                        mbufs,
                        Traffic.gatewayB(keys),
                        GeneratorPort.fed("wan", Side.UNPROTECTED, sealed, order),
                        lan);
        return new Lane(bed, lan, order, sealed, SEALED);
    }

    /** Where a packet received begins in each mbuf, in the order in which the lane meets them. */
    long[] buffers() {
        return order.buffers();
    }

    @Override
    public int prepare() {
        if (sealed != null) {
            sealed.seal();
        }
        return portion;
    }

    @Override
    public void run() {
        long end = out.sent() + portion;
        while (out.sent() < end) {
            bed.cycle();
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
