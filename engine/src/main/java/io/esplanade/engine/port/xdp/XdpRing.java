package io.esplanade.engine.port.xdp;

import static io.esplanade.ffi.linux.linux.MAP_POPULATE;
import static io.esplanade.ffi.linux.linux.MAP_SHARED;
import static io.esplanade.ffi.linux.linux.PROT_READ;
import static io.esplanade.ffi.linux.linux.PROT_WRITE;
import static io.esplanade.ffi.linux.linux.XDP_RING_NEED_WAKEUP;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.OsException;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.xdp_ring_offset;

import java.lang.foreign.MemorySegment;

/**
 * One of the rings between a socket and the kernel, of which one side produces and the other
 * consumes. Positions count up and wrap. One thread.
 */
final class XdpRing implements AutoCloseable {

    private static final int NEED_WAKEUP = XDP_RING_NEED_WAKEUP();

    private final int entries;
    private final long address;
    private final long size;
    private final long producer;
    private final long consumer;
    private final long flags;
    private final long slots;
    private final int slotSize;

    /**
     * Maps a ring.
     *
     * @param offsets where in its mapping the kernel says that things are
     * @param page which of the socket's mappings it is
     */
    XdpRing(int socket, int entries, int slotSize, MemorySegment offsets, long page) {
        this.entries = entries;
        this.slotSize = slotSize;
        size = xdp_ring_offset.desc(offsets) + (long) entries * slotSize;
        address =
                Syscalls.mmap(
                        MemorySegment.NULL,
                        size,
                        PROT_READ() | PROT_WRITE(),
                        MAP_SHARED() | MAP_POPULATE(),
                        socket,
                        page);
        if (address < 0 && address > -4096) {
            throw new OsException("cannot map a ring of an AF_XDP socket", (int) -address);
        }
        producer = address + xdp_ring_offset.producer(offsets);
        consumer = address + xdp_ring_offset.consumer(offsets);
        flags = address + xdp_ring_offset.flags(offsets);
        slots = address + xdp_ring_offset.desc(offsets);
    }

    /** What is in the ring, of one that we consume. */
    int available() {
        return Mem.getIntAcquire(producer) - Mem.getInt(consumer);
    }

    /** How much room there is, of one that we produce into. */
    int room() {
        return entries - (Mem.getInt(producer) - Mem.getIntAcquire(consumer));
    }

    /** Whether the other side has not yet consumed all, of one that we produce into. */
    boolean isPending() {
        return Mem.getInt(producer) != Mem.getIntAcquire(consumer);
    }

    /** The slot that is {@code index} behind the first one to be consumed. */
    long toConsume(int index) {
        return slot(Mem.getInt(consumer) + index);
    }

    /** The slot that is {@code index} behind the first one free. */
    long toProduce(int index) {
        return slot(Mem.getInt(producer) + index);
    }

    private long slot(int position) {
        return slots + (long) (position & entries - 1) * slotSize;
    }

    /** Gives back the first {@code n} slots. */
    void consumed(int n) {
        Mem.putIntRelease(consumer, Mem.getInt(consumer) + n);
    }

    /** Shows the next {@code n} slots. */
    void produced(int n) {
        Mem.putIntRelease(producer, Mem.getInt(producer) + n);
    }

    /** Whether the kernel looks into the ring only when it is called. */
    boolean needsWakeup() {
        return (Mem.getIntAcquire(flags) & NEED_WAKEUP) != 0;
    }

    @Override
    public void close() {
        Syscalls.munmap(MemorySegment.ofAddress(address), size);
    }
}
