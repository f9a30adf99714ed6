package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Affinity;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.util.concurrent.CountDownLatch;

/**
 * What it costs that a packet is worked on by another core: one thread fills packets and looks at
 * them afterwards, as Ingress and Egress do; a worker changes every byte and the metadata in
 * between, as a cipher does. Either both are the same thread, or the worker has its own CPU. The
 * two never work at the same time, so that a round of many packets takes what all of it costs; what
 * one waits for the other is spread over them.
 *
 * <p>Belongs to the thread that made it, which stays pinned.
 */
public final class HandOverLoop implements AutoCloseable {

    /** Packets of a round. */
    public static final int ROUND = 256;

    private static final long MASK = 0x5555_5555_5555_5555L;

    private final MbufPool pool = new MbufPool(ROUND, 0, false);
    private final LaneMbufSource source = new LaneMbufSource(pool, 0, 1);
    private final Region payload = Region.map(MbufPool.SMALL_SIZE, "payload");
    private final Burst packets = new Burst(ROUND);
    private final int size;
    private final Tally given = new Tally(); // rounds the worker may begin
    private final Tally done = new Tally(); // rounds it has done
    private final Thread worker;
    private long rounds;
    private volatile boolean stopped;

    /**
     * @param size bytes of a packet
     * @param cpu where the calling thread goes
     * @param workerCpu where the worker goes; the same for none but the caller
     */
    public HandOverLoop(int size, int cpu, int workerCpu) throws InterruptedException {
        this.size = size;
        Affinity.pin(cpu);
        source.allocate(packets, ROUND, Owner.INGRESS);
        if (cpu == workerCpu) {
            worker = null;
            return;
        }
        CountDownLatch ready = new CountDownLatch(1);
        worker =
                new Thread(
                        () -> {
                            Affinity.pin(workerCpu);
                            ready.countDown();
                            work();
                        },
                        "worker");
        worker.setDaemon(true);
        worker.start();
        ready.await();
    }

    /**
     * One round.
     *
     * @return something that depends on every packet
     */
    public long run() {
        for (int i = 0; i < ROUND; i++) {
            fill(packets.get(i));
        }
        rounds++;
        if (worker == null) {
            change();
        } else {
            given.set(rounds);
            while (done.get() != rounds) {
                Thread.onSpinWait();
            }
        }
        long sum = 0;
        for (int i = 0; i < ROUND; i++) {
            long mbuf = packets.get(i);
            sum += Mbuf.sequence(mbuf) + Mem.getLong(Mbuf.data(mbuf));
        }
        return sum;
    }

    private void fill(long mbuf) {
        Mem.copy(payload.address(), Mbuf.data(mbuf), size);
        Mbuf.length(mbuf, size);
        Mbuf.sequence(mbuf, rounds);
    }

    private void change() {
        for (int i = 0; i < ROUND; i++) {
            long mbuf = packets.get(i);
            long from = Mbuf.data(mbuf);
            long to = from + Mbuf.length(mbuf);
            for (long at = from; at < to; at += Long.BYTES) {
                Mem.putLong(at, Mem.getLong(at) ^ MASK);
            }
            Mbuf.sequence(mbuf, Mbuf.sequence(mbuf) + 1);
        }
    }

    private void work() {
        long next = 1;
        while (!stopped) {
            if (given.get() == next) {
                change();
                done.set(next++);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void close() {
        stopped = true;
        while (worker != null && worker.isAlive()) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < ROUND; i++) {
            source.free(packets.get(i));
        }
        source.close();
        payload.close();
        pool.close();
    }
}
