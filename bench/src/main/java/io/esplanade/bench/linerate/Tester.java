package io.esplanade.bench.linerate;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.TxQueue;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Sends by one port and receives by another, on the thread that calls: whatever the two are joined
 * by is under test. The ports are the tester's own from when it is made.
 */
final class Tester implements AutoCloseable {

    private static final int MBUFS = 16_384;
    private static final int BURST = 32;
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);

    private static final double MOST_PRESIZED = 1e8;

    /** Nothing is on its way any more when nothing came for so long, ns. */
    private static final long SILENCE = TimeUnit.MILLISECONDS.toNanos(250);

    private final Frames frames;
    private final Port out;
    private final Port in;
    private final List<ProcessHandle> gateways;
    private final Clock clock = Clock.system();

    private final MbufPool pool = new MbufPool(MBUFS, 0, false);
    private final LaneMbufSource mbufs = new LaneMbufSource(pool, 0, 1);
    private final TxQueue tx;
    private final RxQueue[] receivers;
    private final Burst sending = new Burst(BURST);
    private final Burst received = new Burst(BURST);

    // Of the trial at work. Numbers go on from one trial to the next, so that late packets of one
    // are not taken for the next one's.
    private final long[] newest; // by flow
    private long next = 1;
    private long first;
    private BitSet seen;
    private long arrived;
    private long reordered;
    private long duplicates;
    private Histogram latency;

    /**
     * @param frames makes what to send, given the MAC of {@code out}
     * @param gateways processes whose CPU time is of interest
     * @throws IOException if a port cannot be opened
     */
    Tester(Port out, Port in, LongFunction<Frames> frames, List<ProcessHandle> gateways)
            throws IOException {
        this.out = out;
        this.in = in;
        this.gateways = List.copyOf(gateways);
        try {
            out.attach(pool);
            this.frames = frames.apply(out.mac());
            newest = new long[this.frames.flows()];
            in.attach(pool);
            tx = out.txQueue(0, mbufs);
            receivers = new RxQueue[in.rxQueues()];
            for (int q = 0; q < receivers.length; q++) {
                receivers[q] = in.rxQueue(q, mbufs);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Offers packets at a rate for a while, and waits for those on their way.
     *
     * @throws InterruptedException if the thread was interrupted; the trial is void
     */
    Trial run(PacketSize size, double perSecond, long millis) throws InterruptedException {
        seen = new BitSet((int) Math.min(perSecond * millis / 1000 + BURST, MOST_PRESIZED));
        arrived = 0;
        reordered = 0;
        duplicates = 0;
        latency = new Histogram(1, LONGEST, 3);
        first = next;
        long busy = gatewayNanos();
        long start = clock.nanoTime();
        long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
        long now;
        while ((now = clock.nanoTime()) < end) {
            long due = (long) ((now - start) * perSecond / 1e9) - (next - first);
            if (due > 0) {
                send(size, (int) Math.min(due, BURST), start, perSecond);
            }
            tx.flush();
            tx.reclaim();
            receive(now);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        drain();
        return new Trial(
                next - first,
                arrived,
                reordered,
                duplicates,
                now - start,
                latency,
                gatewayNanos() - busy);
    }

    private void send(PacketSize size, int n, long start, double perSecond) {
        mbufs.allocate(sending, n - sending.count(), Owner.TRANSMIT);
        for (int i = 0; i < sending.count(); i++) {
            long number = next + i;
            long due = start + (long) ((number - first) * 1e9 / perSecond);
            frames.write(sending.get(i), number, size.length(number), due);
        }
        int taken = tx.send(sending, sending.count());
        next += taken;
        sending.removeFirst(taken);
    }

    private int receive(long now) {
        int n = 0;
        for (RxQueue queue : receivers) {
            n += queue.receive(received, BURST);
            for (int i = 0; i < received.count(); i++) {
                note(received.get(i), now);
                mbufs.free(received.get(i));
            }
            received.clear();
        }
        return n;
    }

    private void note(long mbuf, long now) {
        if (!Frames.isOurs(mbuf) || Frames.number(mbuf) < first) {
            return;
        }
        long number = Frames.number(mbuf);
        int flow = frames.flow(number);
        int bit = (int) (number - first);
        if (seen.get(bit)) {
            duplicates++;
            return;
        }
        seen.set(bit);
        arrived++;
        if (number < newest[flow]) {
            reordered++;
        } else {
            newest[flow] = number;
        }
        latency.recordValue(Math.clamp(now - Frames.due(mbuf), 0, LONGEST));
    }

    /** Receives what is still on its way. */
    private void drain() {
        long last = clock.nanoTime();
        long now = last;
        while (arrived < next - first && now - last < SILENCE) {
            tx.flush();
            tx.reclaim();
            if (receive(now) > 0) {
                last = now;
            }
            Thread.onSpinWait();
            now = clock.nanoTime();
        }
    }

    private long gatewayNanos() {
        return gateways.stream()
                .mapToLong(p -> p.info().totalCpuDuration().map(d -> d.toNanos()).orElse(0L))
                .sum();
    }

    @Override
    public void close() throws IOException {
        for (int i = 0; i < sending.count(); i++) {
            mbufs.free(sending.get(i));
        }
        sending.clear();
        try (pool;
                mbufs;
                in) {
            out.close();
        }
    }
}
