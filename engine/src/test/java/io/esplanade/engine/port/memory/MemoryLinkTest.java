package io.esplanade.engine.port.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.port.Packets;
import io.esplanade.engine.port.PortMbufs;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

class MemoryLinkTest {

    private static final Plug A = Plug.of("a", Side.UNPROTECTED);
    private static final Plug B = Plug.of("b", Side.UNPROTECTED);

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    @AfterEach
    void stopThreads() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void twoThreadsWithPoolsOfTheirOwnExchangePacketsBothWaysInOrderOnEachQueue(int queues)
            throws Exception {
        List<List<byte[]>> fromA = packets(1, queues);
        List<List<byte[]>> fromB = packets(2, queues);
        Cable cable = Cable.DEFAULT.withRingBytes(1 << 18).withQueues(queues);
        MemoryLink link = MemoryLink.between(A, B, cable);
        try {
            // Not the common pool, which may have one thread only.
            Future<List<List<byte[]>>> atA = threads.submit(() -> exchange(link.a(), fromA));
            Future<List<List<byte[]>>> atB = threads.submit(() -> exchange(link.b(), fromB));

            assertSame(atA.get(60, TimeUnit.SECONDS), fromB);
            assertSame(atB.get(60, TimeUnit.SECONDS), fromA);
        } finally {
            stopThreads(); // before the memory goes
            link.close();
        }
    }

    private static void assertSame(List<List<byte[]>> received, List<List<byte[]>> sent) {
        for (int queue = 0; queue < sent.size(); queue++) {
            assertThat(received.get(queue)).containsExactlyElementsOf(sent.get(queue));
        }
    }

    /** What is to be sent on each queue. */
    private static List<List<byte[]>> packets(int seed, int queues) {
        return IntStream.range(0, queues)
                .mapToObj(queue -> Packets.packets(seed * 10L + queue, 20_000 / queues, 20, 1_500))
                .toList();
    }

    /** Sends {@code packets} and returns as many received ones; more mbufs are not needed. */
    private static List<List<byte[]>> exchange(MemoryPort port, List<List<byte[]>> packets)
            throws IOException {
        List<Exchange> queues = new ArrayList<>();
        try (PortMbufs mbufs = new PortMbufs(64, 0)) {
            port.attach(mbufs.pool());
            for (int i = 0; i < port.rxQueues(); i++) {
                queues.add(
                        new Exchange(
                                mbufs,
                                port.rxQueue(i, mbufs),
                                port.txQueue(i, mbufs),
                                packets.get(i)));
            }
            boolean busy = true;
            while (busy && !Thread.currentThread().isInterrupted()) {
                busy = false;
                for (Exchange queue : queues) {
                    busy |= queue.goOn();
                }
            }
        }
        return queues.stream().map(queue -> queue.received).toList();
    }

    /** One queue's share of an exchange. */
    private static final class Exchange {
        private final PortMbufs mbufs;
        private final RxQueue rx;
        private final TxQueue tx;
        private final List<byte[]> packets;
        private final List<byte[]> received = new ArrayList<>();
        private final Burst out = new Burst(16);
        private final Burst in = new Burst(16);
        private int next;

        Exchange(PortMbufs mbufs, RxQueue rx, TxQueue tx, List<byte[]> packets) {
            this.mbufs = mbufs;
            this.rx = rx;
            this.tx = tx;
            this.packets = packets;
        }

        /** Whether there is more to do. */
        boolean goOn() {
            while (out.room() > 0 && next < packets.size()) {
                out.add(mbufs.packet(packets.get(next++), 0));
            }
            out.removeFirst(tx.send(out, out.count()));
            if (rx.ready()) {
                rx.receive(in, 16);
            }
            for (int i = 0; i < in.count(); i++) {
                received.add(mbufs.consume(in.get(i)));
            }
            in.clear();
            return received.size() < packets.size() || next < packets.size() || !out.isEmpty();
        }
    }

    @Test
    void closingOneEndEndsTheInputOfTheOtherBehindWhatWasSent() throws Exception {
        try (PortMbufs mbufs = new PortMbufs(4, 0);
                MemoryLink link = MemoryLink.between(A, B, Cable.DEFAULT)) {
            link.a().attach(mbufs.pool());
            link.b().attach(mbufs.pool());
            RxQueue rx = link.b().rxQueue(0, mbufs);
            Burst burst = new Burst(4);
            burst.add(mbufs.packet(new byte[40], 5));
            link.a().txQueue(0, mbufs).send(burst, 1);
            burst.clear();

            link.a().close();

            assertThat(rx.ended()).isFalse();
            assertThat(rx.receive(burst, 4)).isEqualTo(1);
            assertThat(mbufs.consume(burst.get(0))).hasSize(40);
            assertThat(rx.ended()).isTrue();
        }
    }
}
