package io.esplanade.engine.os;

import java.util.ArrayDeque;

/**
 * Memory for secrets: pages locked against swapping and left out of core dumps, cut into slots of
 * one size. Pages are kept for the next secret and never given back, so that the locked memory of a
 * process is what its most secrets at one time needed. Thread-safe.
 */
public final class LockedSlots {

    private static final int SLOTS = 32; // a region has at least

    private final int size;
    private final String purpose;
    private final ArrayDeque<Long> free = new ArrayDeque<>();

    /**
     * @param size bytes of a slot; a multiple of 64 puts each on cache lines of its own
     * @param purpose what for, for the message if there is no memory
     */
    public LockedSlots(int size, String purpose) {
        this.size = size;
        this.purpose = purpose;
    }

    /**
     * Address of a slot that is all zeros.
     *
     * @throws OsException if there is no memory
     */
    public synchronized long allocate() {
        if (free.isEmpty()) {
            addRegion();
        }
        return free.pop();
    }

    private void addRegion() {
        Region region = Region.mapLocked((long) SLOTS * size, purpose);
        for (long slot = 0; slot + size <= region.size(); slot += size) {
            free.add(region.address() + slot);
        }
    }

    /** Wipes a slot and takes it back: nobody uses it any more. */
    public synchronized void free(long address) {
        Mem.fill(address, size, 0);
        free.push(address);
    }
}
