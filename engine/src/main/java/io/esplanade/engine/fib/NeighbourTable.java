package io.esplanade.engine.fib;

import io.esplanade.engine.net.AddressMap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The link-layer addresses of neighbours, by IP address and port. One thread changes it in place
 * while any number read without locks.
 */
public final class NeighbourTable {

    /** Answer of a lookup that found nothing; no neighbour has this address. */
    public static final long NONE = 0;

    private static final VarHandle MAC = MethodHandles.arrayElementVarHandle(long[].class);

    private final AddressMap slots = new AddressMap();
    private volatile long[] macs = new long[16];
    private int[] free = new int[16];
    private int freeCount;
    private int given;
    private volatile int version;

    /** Adds a neighbour or changes its link-layer address, 48 bits and not 0; the writer only. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer
    public void put(int port, long high, long low, long mac) {
        if (mac == NONE || mac >>> 48 != 0) {
            throw new IllegalArgumentException(
                    "not a link-layer address: " + Long.toHexString(mac));
        }
        int slot = slots.get(high, low, port);
        boolean known = slot != AddressMap.NONE;
        if (!known) {
            slot = takeSlot();
        }
        MAC.setRelease(macs, slot, mac);
        if (!known) {
            slots.put(high, low, port, slot);
        }
        version = version + 1;
    }

    /** Another number after each {@link #put}; any thread. */
    public int version() {
        return version;
    }

    /** Removes a neighbour; false if it was not known. The writer only. */
    public boolean remove(int port, long high, long low) {
        int slot = slots.remove(high, low, port);
        if (slot == AddressMap.NONE) {
            return false;
        }
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = slot;
        return true;
    }

    /** The link-layer address of a neighbour, or {@link #NONE}; any thread. */
    public long lookup(int port, long high, long low) {
        int slot = slots.get(high, low, port);
        if (slot == AddressMap.NONE) {
            return NONE;
        }
        long mac = (long) MAC.getAcquire(macs, slot);
        // The slot may have gone to another neighbour meanwhile.
        return slots.get(high, low, port) == slot ? mac : NONE;
    }

    private int takeSlot() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (given == macs.length) {
            macs = Arrays.copyOf(macs, given * 2);
        }
        return given++;
    }
}
