package io.esplanade.engine.os;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Anonymous memory of its own mapping: page-aligned, zeroed, left out of core dumps, and given back
 * to the system by {@link #close}.
 *
 * <p>Not an {@link java.lang.foreign.Arena}: packet code uses absolute addresses through {@link
 * Mem}, and whoever closes a region knows that no thread uses it any more. Thread-safe.
 */
public final class Region implements AutoCloseable {

    /** Bytes of a page, the unit of mapping. */
    public static final int PAGE = 4096;

    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private final long address;
    private final long size;
    private boolean closed;

    private Region(long address, long size) {
        this.address = address;
        this.size = size;
    }

    /**
     * Maps {@code bytes}, rounded up to pages.
     *
     * @param purpose what for, for the message if it fails
     * @throws OsException if the system refuses
     */
    public static Region map(long bytes, String purpose) {
        if (bytes <= 0) {
            throw new IllegalArgumentException(purpose + ": a region has at least one byte");
        }
        long size = (bytes + PAGE - 1) & -PAGE;
        return new Region(LibC.mapAnonymous(size, purpose), size);
    }

    /**
     * Maps {@code bytes} as {@link #map} does, for secrets: locked into memory, so that they are
     * never swapped, as far as the system's limit (RLIMIT_MEMLOCK) allows. The first time that it
     * does not, a warning is logged.
     */
    public static Region mapLocked(long bytes, String purpose) {
        Region region = map(bytes, purpose);
        if (!region.lock() && !WARNED.getAndSet(true)) {
            System.getLogger(Region.class.getName())
                    .log(
                            Level.WARNING,
                            "Keys are not locked into memory and may be swapped to disk: raise the"
                                    + " limit (ulimit -l, LimitMEMLOCK=) or turn swap off.");
        }
        return region;
    }

    /** Absolute address of the first byte. */
    public long address() {
        return address;
    }

    /** Bytes, a multiple of {@link #PAGE}. */
    public long size() {
        return size;
    }

    /**
     * Locks the region into memory, so that it is never swapped.
     *
     * @return false if the system's limit (RLIMIT_MEMLOCK) does not allow it
     */
    public boolean lock() {
        return LibC.lock(address, size);
    }

    /** The region as a segment whose use after {@code life} has closed throws. */
    public MemorySegment view(Arena life) {
        return Mem.segment(address, size).reinterpret(life, null);
    }

    /** Unmaps the region; closing twice does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            LibC.unmap(address, size);
        }
    }
}
