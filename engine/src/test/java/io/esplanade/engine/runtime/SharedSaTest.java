package io.esplanade.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One SA whose packets come in on several receive queues, and so on several threads where there are
 * several: no number is used twice, no packet is lost, none is let through twice.
 */
@Timeout(120)
class SharedSaTest {

    private static final Logger LOG = System.getLogger(SharedSaTest.class.getName());

    private static final int PACKETS = 8_000;
    private static final int UNDER_WAY = 256; // fewer than a replay window holds
    private static final int FLOWS = 8;
    private static final Cable ONE_STRAND = Cable.DEFAULT.withMtu(1600);
    private static final Cable TWO_STRANDS = ONE_STRAND.withQueues(2);

    private final byte[] key = TwoGateways.newKey();
    private final BitSet packets = new BitSet();
    private MemoryHost inside;
    private MemoryHost outside;
    private Engine engine;

    private void start(Mode mode, Cable insideCable, Cable outsideCable, EngineBuilder builder) {
        inside = MemoryHost.on(Plug.of("inside", Side.PROTECTED), insideCable);
        outside = MemoryHost.on(Plug.of("outside", Side.UNPROTECTED), outsideCable);
        engine =
                builder.name("shared")
                        .runtime(mode.config())
                        .mbufs(1024)
                        .invariants(true)
                        .port(inside.port())
                        .port(outside.port())
                        .build();
        engine.start();
    }

    @AfterEach
    void close() {
        inside.close();
        outside.close();
        engine.close();
    }

    /** Closes the engine and says what it has counted. */
    private Snapshot end(Mode mode) {
        engine.close();
        Snapshot last = engine.snapshot();
        TwoGateways.assertEveryMbufFree(last);
        boolean locks = mode == Mode.GIANT_LOCK || mode == Mode.FINE_GRAINED;
        assertThat(last.counter(Counter.LOCK_TAKEN) > 0).as("locks").isEqualTo(locks);
        assertThat(last.counter(Counter.LOCK_WAIT_NANOS) > 0)
                .as("who waits counts how long")
                .isEqualTo(last.counter(Counter.LOCK_CONTENDED) > 0);
        return last;
    }

    /** Packet {@code number}, of one of several flows. */
    private static byte[] inner(int number) {
        byte[] data = new byte[100];
        ByteBuffer.wrap(data).putInt(number);
        return IpPackets.udp("10.1.0.5", "10.2.0.5", 1000 + number % FLOWS, 9, data);
    }

    private static int number(byte[] inner) {
        return ByteBuffer.wrap(inner).getInt(28);
    }

    private void arrived(int number) {
        assertThat(packets.get(number)).as("packet %d before", number).isFalse();
        packets.set(number);
    }

    @ParameterizedTest
    @EnumSource
    void noSequenceNumberIsUsedTwiceAndNoPacketIsLost(Mode mode) {
        SecurityAssociation sa = TwoGateways.outbound("out", 0, key);
        EspPackets esp = new EspPackets("192.0.2.1", "192.0.2.2", sa.spi(), key, true);
        start(
                mode,
                TWO_STRANDS,
                ONE_STRAND,
                Engine.builder()
                        .sa(sa)
                        .policy(TwoGateways.protect())
                        .route(Route.of("0.0.0.0/0", "outside")));
        BitSet numbers = new BitSet();
        int[] lastOfFlow = new int[FLOWS];
        int overtaken = 0;
        int sent = 0;
        for (int received = 0; received < PACKETS; ) {
            if (sent < PACKETS && sent - received < UNDER_WAY && inside.send(inner(sent))) {
                sent++;
            }
            byte[] packet = outside.receive();
            if (packet != null) {
                int number = ByteBuffer.wrap(packet).getInt(esp.espOffset() + 4);
                assertThat(numbers.get(number)).as("number %d before", number).isFalse();
                overtaken += number < numbers.length() ? 1 : 0;
                numbers.set(number);
                int index = number(esp.open(number, packet));
                arrived(index);
                assertThat(index)
                        .as("in its flow")
                        .isGreaterThanOrEqualTo(lastOfFlow[index % FLOWS]);
                lastOfFlow[index % FLOWS] = index;
                received++;
            }
        }
        Snapshot last = end(mode);
        assertThat(numbers.nextClearBit(1)).as("the first number not sent").isEqualTo(PACKETS + 1);
        assertThat(last.dropped()).isZero();
        assertThat(last.sas().getFirst().packets()).isEqualTo(PACKETS);
        report(mode, overtaken);
    }

    /** Only threads without a common lock may send in another order than they number. */
    private static void report(Mode mode, int overtaken) {
        LOG.log(Level.INFO, "{0}: {1} of {2} packets overtaken", mode, overtaken, PACKETS);
        assertThat(mode == Mode.FINE_GRAINED || overtaken == 0)
                .as("%d packets behind later ones of their SA", overtaken)
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void ofDuplicatesOnSeveralQueuesOneIsLetThrough(Mode mode) {
        SecurityAssociation sa = TwoGateways.inbound("in", 0, key);
        start(
                mode,
                ONE_STRAND,
                TWO_STRANDS,
                Engine.builder().sa(sa).route(Route.of("10.2.0.0/16", "inside")));
        List<byte[]> twice = duplicates(sa.spi());
        shuffle(twice, 8);
        int sent = 0;
        int received = 0;
        while (sent < twice.size() || received < PACKETS) {
            // A thread that the system holds up must not fall behind the window either.
            boolean room = sent < twice.size() && sent - received - dropped() < UNDER_WAY;
            if (room && outside.send(twice.get(sent))) {
                sent++;
            }
            byte[] packet = inside.receive();
            if (packet != null) {
                arrived(number(packet));
                received++;
            }
        }
        TwoGateways.await(() -> dropped() == PACKETS);
        Snapshot last = end(mode);
        assertThat(last.drops(DropReason.REPLAYED)).isEqualTo(PACKETS);
        assertThat(last.sas().getFirst().packets()).isEqualTo(PACKETS);
    }

    private long dropped() {
        return engine.snapshot().dropped();
    }

    private static void shuffle(List<byte[]> list, int within) {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i + within <= list.size(); i++) {
            Collections.swap(list, i, i + random.nextInt(within));
        }
    }

    /** Every ESP packet twice, from two senders as far as outer addresses say. */
    private List<byte[]> duplicates(int spi) {
        List<byte[]> list = new ArrayList<>();
        for (int i = 0; i < PACKETS; i++) {
            for (String from : new String[] {"192.0.2.1", "192.0.2.77"}) {
                EspPackets esp = new EspPackets(from, "192.0.2.2", spi, key, true);
                list.add(esp.seal(i + 1, inner(i)));
            }
        }
        return list;
    }
}
