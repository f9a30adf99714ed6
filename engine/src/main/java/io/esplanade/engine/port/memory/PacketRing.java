package io.esplanade.engine.port.memory;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A ring of packets outside the heap between one producing and one consuming thread.
 *
 * <p>Packets lie one behind the other, each with a header of {@value #HEADER} bytes and aligned to
 * as many, never across the end: what would not fit there is preceded by a filler. Positions only
 * grow; a position modulo the capacity is an offset. What a side alone uses has cache lines of its
 * own, two each because processors fetch them in pairs.
 */
final class PacketRing {

    /** The least capacity: every packet of 64 KiB fits an empty ring, wherever it is in it. */
    static final int MIN_CAPACITY = 256 * 1024;

    private static final int MAX_CAPACITY = 1 << 30;
    private static final int HEADER = 16; // length i32, unused, time i64
    private static final int FILLER = -1;

    // Offsets in the region; "tail" and "head" are what the other side may see.
    private static final int TAIL = 0;
    private static final int PRODUCER_TAIL = 8;
    private static final int PRODUCER_HEAD = 16;
    private static final int HEAD = 128;
    private static final int CONSUMER_HEAD = 136;
    private static final int CONSUMER_TAIL = 144;
    private static final int PRODUCER_CLOSED = 256;
    private static final int CONSUMER_CLOSED = 384;
    private static final int DATA = 512;

    private final Region region;
    private final long base;
    private final long data;
    private final int capacity;
    private final AtomicInteger openSides = new AtomicInteger(2);

    /**
     * Maps a ring.
     *
     * @param bytes how much it holds, packet headers included; a power of two
     */
    PacketRing(int bytes) {
        if (bytes < MIN_CAPACITY || bytes > MAX_CAPACITY || Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException(
                    "a packet ring has a power of two from %d to %d bytes, not %d"
                            .formatted(MIN_CAPACITY, MAX_CAPACITY, bytes));
        }
        capacity = bytes;
        region = Region.map(DATA + (long) bytes, "packet ring");
        base = region.address();
        data = base + DATA;
    }

    // The producer's side.

    /**
     * Copies a packet in, unseen by the consumer until {@link #publish}.
     *
     * @return false if there is no room now
     */
    boolean offer(long address, int length, long time) {
        long slot = reserve(length);
        if (slot == 0) {
            return false;
        }
        writeHeader(slot, length, time);
        Mem.copy(address, slot + HEADER, length);
        return true;
    }

    /** As the other {@code offer}, from the heap. */
    boolean offer(byte[] packet, long time) {
        long slot = reserve(packet.length);
        if (slot == 0) {
            return false;
        }
        writeHeader(slot, packet.length, time);
        Mem.copyFrom(packet, 0, slot + HEADER, packet.length);
        return true;
    }

    private static void writeHeader(long slot, int length, long time) {
        Mem.putInt(slot, length);
        Mem.putLong(slot + 8, time);
    }

    /** The address of room for header and packet, behind a filler where need be; 0 if none. */
    private long reserve(int length) {
        int size = sizeOf(length);
        if (size > capacity / 2) {
            throw new IllegalArgumentException("no packet of this ring has " + length + " bytes");
        }
        long tail = Mem.getLong(base + PRODUCER_TAIL);
        int offset = offset(tail);
        int toEnd = capacity - offset;
        int needed = size <= toEnd ? size : toEnd + size;
        if (tail + needed - Mem.getLong(base + PRODUCER_HEAD) > capacity) {
            long head = Mem.getLongAcquire(base + HEAD);
            Mem.putLong(base + PRODUCER_HEAD, head);
            if (tail + needed - head > capacity) {
                return 0;
            }
        }
        if (size > toEnd) {
            Mem.putInt(data + offset, FILLER);
            offset = 0;
        }
        Mem.putLong(base + PRODUCER_TAIL, tail + needed);
        return data + offset;
    }

    /** Shows the consumer everything offered so far. */
    void publish() {
        Mem.putLongRelease(base + TAIL, Mem.getLong(base + PRODUCER_TAIL));
    }

    /** Whether the consumer is gone for ever. */
    boolean consumerClosed() {
        return Mem.getIntAcquire(base + CONSUMER_CLOSED) != 0;
    }

    // The consumer's side.

    /**
     * Finds the next packet, the same one until {@link #take}.
     *
     * @return the slot to ask {@link #address}, {@link #length} and {@link #time} for; 0 if none
     */
    long peek() {
        long head = Mem.getLong(base + CONSUMER_HEAD);
        if (head == Mem.getLong(base + CONSUMER_TAIL)) {
            long tail = Mem.getLongAcquire(base + TAIL);
            Mem.putLong(base + CONSUMER_TAIL, tail);
            if (head == tail) {
                return 0;
            }
        }
        int offset = offset(head);
        if (Mem.getInt(data + offset) == FILLER) {
            // A filler is published together with the packet behind it.
            Mem.putLong(base + CONSUMER_HEAD, head + capacity - offset);
            offset = 0;
        }
        return data + offset;
    }

    static long address(long slot) {
        return slot + HEADER;
    }

    static int length(long slot) {
        return Mem.getInt(slot);
    }

    static long time(long slot) {
        return Mem.getLong(slot + 8);
    }

    /** A copy of the packet, on the heap. */
    static byte[] bytes(long slot) {
        return Mem.bytes(address(slot), length(slot));
    }

    /** Takes the packet that {@link #peek} found; its bytes stay until {@link #release}. */
    void take(long slot) {
        long head = Mem.getLong(base + CONSUMER_HEAD);
        Mem.putLong(base + CONSUMER_HEAD, head + sizeOf(length(slot)));
    }

    /** Gives the producer back the room of everything taken so far. */
    void release() {
        Mem.putLongRelease(base + HEAD, Mem.getLong(base + CONSUMER_HEAD));
    }

    /** Whether the producer is gone and everything it published was taken. */
    boolean ended() {
        return Mem.getIntAcquire(base + PRODUCER_CLOSED) != 0 && peek() == 0;
    }

    // Any thread.

    /** Whether something was published that is not released; changes nothing. */
    boolean hasPackets() {
        return Mem.getLongAcquire(base + HEAD) != Mem.getLongAcquire(base + TAIL);
    }

    // Both sides.

    /** The producer is gone, once: nothing will be published any more. */
    void closeProducer() {
        close(PRODUCER_CLOSED);
    }

    /** The consumer is gone, once: nothing will be taken any more. */
    void closeConsumer() {
        close(CONSUMER_CLOSED);
    }

    /** The side that closes last unmaps, so that no thread of the other side is surprised. */
    private void close(int flag) {
        Mem.putIntRelease(base + flag, 1);
        if (openSides.decrementAndGet() == 0) {
            region.close();
        }
    }

    private int offset(long position) {
        return (int) position & capacity - 1;
    }

    private static int sizeOf(int length) {
        return HEADER + length + HEADER - 1 & -HEADER;
    }
}
