package io.esplanade.engine.port.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.esplanade.engine.port.Packets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.SplittableRandom;

class PacketRingTest {

    private final PacketRing ring = new PacketRing(PacketRing.MIN_CAPACITY);

    @AfterEach
    void unmap() {
        ring.closeProducer();
        ring.closeConsumer();
    }

    @Test
    void whatIsOfferedIsSeenWhenItIsPublished() {
        assertThat(ring.offer(new byte[] {1, 2, 3}, 77)).isTrue();
        assertThat(ring.peek()).isZero();

        ring.publish();

        long slot = ring.peek();
        assertThat(PacketRing.bytes(slot)).containsExactly(1, 2, 3);
        assertThat(PacketRing.time(slot)).isEqualTo(77);
        assertThat(ring.peek()).as("peeking takes nothing").isEqualTo(slot);
    }

    @Test
    void itGivesBackWhatWasPutInWhereverThePacketsLie() {
        SplittableRandom random = new SplittableRandom(7);
        Deque<byte[]> inside = new ArrayDeque<>();
        for (int round = 0; round < 20_000; round++) {
            byte[] packet = Packets.packet(random, length(random));
            if (random.nextInt(100) < 55) {
                if (ring.offer(packet, round)) {
                    inside.add(packet);
                } else {
                    assertThat(inside).as("a ring with room takes packets").isNotEmpty();
                }
                ring.publish();
            } else if (!inside.isEmpty()) {
                takeAndCompare(inside.poll());
            } else {
                assertThat(ring.peek()).isZero();
            }
        }
        while (!inside.isEmpty()) {
            takeAndCompare(inside.poll());
        }
        assertThat(ring.peek()).isZero();
    }

    private static int length(SplittableRandom random) {
        return random.nextInt(20) == 0 ? random.nextInt(65_536) : random.nextInt(1_500);
    }

    private void takeAndCompare(byte[] expected) {
        long slot = ring.peek();
        assertThat(PacketRing.bytes(slot)).isEqualTo(expected);
        ring.take(slot);
        ring.release();
    }

    @Test
    void aFullRingTakesNoMoreUntilRoomIsReleased() {
        byte[] packet = new byte[1008]; // 1024 with its header
        for (int i = 0; i < PacketRing.MIN_CAPACITY / 1024; i++) {
            assertThat(ring.offer(packet, 0)).isTrue();
        }
        ring.publish();
        assertThat(ring.offer(packet, 0)).isFalse();

        ring.take(ring.peek());
        assertThat(ring.offer(packet, 0)).as("taken but not released").isFalse();
        ring.release();
        assertThat(ring.offer(packet, 0)).isTrue();
    }

    @Test
    void itRefusesWhatCouldNeverFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ring.offer(new byte[PacketRing.MIN_CAPACITY / 2], 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new PacketRing(300_000));
        assertThatIllegalArgumentException().isThrownBy(() -> new PacketRing(4096));
    }

    @Test
    void itHasEndedWhenTheProducerIsGoneAndAllIsTaken() {
        PacketRing other = new PacketRing(PacketRing.MIN_CAPACITY);
        other.offer(new byte[20], 0);
        other.publish();
        assertThat(other.ended()).isFalse();

        other.closeProducer();
        assertThat(other.ended()).as("with a packet in it").isFalse();
        other.take(other.peek());

        assertThat(other.ended()).isTrue();
        other.closeConsumer();
    }

    @Test
    void twoThreadsLoseAndReorderNothing() throws Exception {
        int packets = 300_000;
        Thread producer = Thread.ofPlatform().start(() -> produce(packets));

        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < packets; i++) {
            long slot;
            while ((slot = ring.peek()) == 0) {
                assertThat(producer.isAlive() || ring.peek() != 0).isTrue();
                Thread.yield();
            }
            byte[] expected = marked(i, random.nextInt(4, 1_500));
            if (PacketRing.time(slot) != i || !Arrays.equals(PacketRing.bytes(slot), expected)) {
                assertThat(PacketRing.bytes(slot)).as("packet %d", i).isEqualTo(expected);
            }
            ring.take(slot);
            if ((i & 7) == 0) {
                ring.release();
            }
        }
        producer.join();
        assertThat(ring.peek()).isZero();
    }

    private void produce(int packets) {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < packets; i++) {
            byte[] packet = marked(i, random.nextInt(4, 1_500));
            while (!ring.offer(packet, i)) {
                ring.publish();
                Thread.yield();
            }
            if ((i & 15) == 0) {
                ring.publish();
            }
        }
        ring.publish();
    }

    private static byte[] marked(int number, int length) {
        byte[] packet = new byte[length];
        Arrays.fill(packet, (byte) number);
        packet[0] = (byte) (number >> 8);
        packet[1] = (byte) (number >> 16);
        return packet;
    }
}
