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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

class MemoryLinkTest {

    private static final Plug A = Plug.of("a", Side.UNPROTECTED);
    private static final Plug B = Plug.of("b", Side.UNPROTECTED);

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    @AfterEach
    void stopThreads() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void twoThreadsWithPoolsOfTheirOwnExchangePacketsBothWays() throws Exception {
        List<byte[]> fromA = Packets.packets(1, 20_000, 20, 1_500);
        List<byte[]> fromB = Packets.packets(2, 20_000, 20, 1_500);
        Cable cable = Cable.DEFAULT.withRingBytes(1 << 18);
        MemoryLink link = MemoryLink.between(A, B, cable);
        try {
            // Not the common pool, which may have one thread only.
            Future<List<byte[]>> atA = threads.submit(() -> exchange(link.a(), fromA));
            Future<List<byte[]>> atB = threads.submit(() -> exchange(link.b(), fromB));

            assertThat(atA.get(60, TimeUnit.SECONDS)).containsExactlyElementsOf(fromB);
            assertThat(atB.get(60, TimeUnit.SECONDS)).containsExactlyElementsOf(fromA);
        } finally {
            stopThreads(); // before the memory goes
            link.close();
        }
    }

    /** Sends {@code packets} and returns as many received ones; more mbufs are not needed. */
    private static List<byte[]> exchange(MemoryPort port, List<byte[]> packets) throws IOException {
        List<byte[]> received = new ArrayList<>();
        try (PortMbufs mbufs = new PortMbufs(64, 0)) {
            port.attach(mbufs.pool());
            RxQueue rx = port.rxQueue(0, mbufs);
            TxQueue tx = port.txQueue(0, mbufs);
            Burst out = new Burst(16);
            Burst in = new Burst(16);
            int next = 0;
            while (!Thread.currentThread().isInterrupted()
                    && (received.size() < packets.size()
                            || next < packets.size()
                            || !out.isEmpty())) {
                while (out.room() > 0 && next < packets.size()) {
                    out.add(mbufs.packet(packets.get(next++), 0));
                }
                out.removeFirst(tx.send(out, out.count()));
                rx.receive(in, 16);
                for (int i = 0; i < in.count(); i++) {
                    received.add(mbufs.consume(in.get(i)));
                }
                in.clear();
            }
        }
        return received;
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
