package io.esplanade.engine.mbuf;

import io.esplanade.engine.os.AccessCheck;
import io.esplanade.engine.os.AccessChecks;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * All the mbufs of one engine: one mapped region of buffers in two size classes and one of metadata
 * lines, in one index space, small ones first.
 *
 * <p>Who may use which mbuf is the business of {@link MbufSource}s; the pool only owns the memory,
 * tells handles from indices, and moves mbufs between owners. In <em>invariants</em> mode it also
 * proves each move and, in a JVM that {@linkplain AccessChecks#ENABLED checks accesses}, each of
 * those: a freed buffer is poisoned and whoever writes to it is found out; an access to a free
 * buffer or over the end of one, a second free and a move by one who is not the owner throw.
 *
 * <p>Moving an mbuf is for its owning thread; the rest is thread-safe. {@link #close} unmaps: no
 * thread may use an mbuf any more.
 */
public final class MbufPool implements AutoCloseable {

    /** Bytes of a small buffer: also a frame of an AF_XDP UMEM. */
    public static final int SMALL_SIZE = 2048;

    /** Bytes of a large buffer: 64 KiB and room for what is put around it. */
    public static final int LARGE_SIZE = 68 * 1024;

    /**
     * Bytes behind the last buffer: a cipher may read a last block whole, and use only its part.
     */
    private static final int BEHIND = 64;

    /** Where the packet begins in a buffer just allocated: room for all outer headers. */
    public static final int HEADROOM = 256;

    private static final byte POISON = (byte) 0xDB;

    private final int small;
    private final int large;
    private final boolean invariants;
    private final Region buffers;
    private final Region metadata;
    private final long metadataBase;
    private final Arena views = Arena.ofShared();
    private final MemorySegment bufferView;
    private final MemorySegment metadataView;
    private final MemorySegment poisoned;
    private final AccessCheck check = this::checkAccess;

    /**
     * Maps a pool.
     *
     * @param small how many small mbufs, at least 1
     * @param large how many large ones
     * @param invariants whether to check every move and every access
     */
    public MbufPool(int small, int large, boolean invariants) {
        if (small < 1 || large < 0) {
            throw new IllegalArgumentException(
                    "a pool has at least one small mbuf: " + small + " small, " + large + " large");
        }
        this.small = small;
        this.large = large;
        this.invariants = invariants;
        long bytes = (long) small * SMALL_SIZE + (long) large * LARGE_SIZE;
        buffers = Region.map(bytes + BEHIND, "mbuf buffers");
        try {
            metadata = Region.map((long) (small + large) * Mbuf.METADATA_SIZE, "mbuf metadata");
        } catch (RuntimeException e) {
            buffers.close();
            throw e;
        }
        metadataBase = metadata.address();
        bufferView = buffers.view(views);
        metadataView = metadata.view(views);
        format();
        poisoned = MemorySegment.ofArray(new byte[invariants ? LARGE_SIZE : 0]).fill(POISON);
        if (invariants) {
            bufferView.fill(POISON);
            AccessChecks.install(check);
            if (!AccessChecks.ENABLED) {
                System.getLogger(MbufPool.class.getName())
                        .log(
                                Level.WARNING,
                                "Moves of mbufs are checked, but accesses are not: for that run the"
                                        + " JVM with -ea.");
            }
        }
    }

    private void format() {
        for (int i = 0; i < size(); i++) {
            MemorySegment buffer = buffer(i);
            long mbuf = handle(i);
            Mbuf.format(mbuf, buffer.address(), (int) buffer.byteSize());
            Mbuf.reset(mbuf, HEADROOM);
            Mbuf.owner(mbuf, Owner.FREE);
        }
    }

    /** How many mbufs there are, both classes together. */
    public int size() {
        return small + large;
    }

    /** How many small ones: indices 0 to this. */
    public int smallCount() {
        return small;
    }

    public boolean invariants() {
        return invariants;
    }

    /** The region of all buffers, small ones first: what becomes a UMEM. */
    public Region buffers() {
        return buffers;
    }

    /** The handle of mbuf {@code index}. */
    public long handle(int index) {
        return metadataBase + (long) index * Mbuf.METADATA_SIZE;
    }

    /** The index of the mbuf with this handle. */
    public int index(long mbuf) {
        return (int) ((mbuf - metadataBase) / Mbuf.METADATA_SIZE);
    }

    /**
     * The present owner of mbuf {@code index}, asked from any thread.
     *
     * @throws IllegalStateException if the pool was closed
     */
    Owner owner(int index) {
        return Owner.of(
                metadataView.get(
                        ValueLayout.JAVA_BYTE, (long) index * Mbuf.METADATA_SIZE + Mbuf.OWNER));
    }

    /** Makes {@code to} the owner of {@code mbuf}; in invariants mode, only if {@code from} is. */
    public void move(long mbuf, Owner from, Owner to) {
        if (invariants) {
            checkMove(mbuf, from, to);
        }
        Mbuf.owner(mbuf, to);
    }

    /**
     * Makes {@link Owner#CACHE} the owner of {@code mbuf}, whoever had it; in invariants mode, only
     * if it is not free already and is at home in {@code lane}.
     */
    void release(long mbuf, int lane) {
        if (invariants) {
            checkRelease(mbuf, lane);
        }
        Mbuf.owner(mbuf, Owner.CACHE);
    }

    private void checkRelease(long mbuf, int lane) {
        checkHandle(mbuf);
        int index = index(mbuf);
        Owner owner = owner(index);
        if (isFree(owner)) {
            throw new IllegalStateException(
                    "mbuf %d is freed twice: it is free (%s)".formatted(index, owner.label()));
        }
        if (Mbuf.homeLane(mbuf) != lane) {
            throw new IllegalStateException(
                    "mbuf %d of lane %d came home to lane %d"
                            .formatted(index, Mbuf.homeLane(mbuf), lane));
        }
        checkMove(mbuf, owner, Owner.CACHE);
    }

    private void checkMove(long mbuf, Owner from, Owner to) {
        checkHandle(mbuf);
        int index = index(mbuf);
        Owner owner = owner(index);
        if (owner != from) {
            throw new IllegalStateException(
                    "mbuf %d moves from %s to %s, but its owner is %s%s"
                            .formatted(
                                    index,
                                    from.label(),
                                    to.label(),
                                    owner.label(),
                                    isFree(owner) ? ": it was freed" : ""));
        }
        if (isFree(from) && !isFree(to)) {
            checkPoison(index);
        } else if (isFree(to) && !isFree(from)) {
            buffer(index).fill(POISON);
        }
    }

    private static boolean isFree(Owner owner) {
        return owner == Owner.FREE || owner == Owner.CACHE;
    }

    private void checkHandle(long mbuf) {
        long distance = mbuf - metadataBase;
        if (distance < 0
                || distance % Mbuf.METADATA_SIZE != 0
                || distance >= (long) size() * Mbuf.METADATA_SIZE) {
            throw new IllegalStateException("0x%x is no mbuf of this pool".formatted(mbuf));
        }
    }

    /** Whoever writes past {@link Mem}, a library or the kernel, is found out here. */
    private void checkPoison(int index) {
        MemorySegment buffer = buffer(index);
        long size = buffer.byteSize();
        long written = MemorySegment.mismatch(poisoned, 0, size, buffer, 0, size);
        if (written >= 0) {
            throw new IllegalStateException(
                    "mbuf %d was written to at offset %d while it was free"
                            .formatted(index, written));
        }
    }

    private MemorySegment buffer(int index) {
        boolean isSmall = index < small;
        long offset =
                isSmall
                        ? (long) index * SMALL_SIZE
                        : smallBytes() + (long) (index - small) * LARGE_SIZE;
        return bufferView.asSlice(offset, isSmall ? SMALL_SIZE : LARGE_SIZE);
    }

    private long smallBytes() {
        return (long) small * SMALL_SIZE;
    }

    private void checkAccess(long address, long length) {
        long offset = address - buffers.address();
        boolean ours = offset >= 0 && offset < smallBytes() + (long) large * LARGE_SIZE;
        if (!ours || length == 0) {
            return;
        }
        boolean isSmall = offset < smallBytes();
        int size = isSmall ? SMALL_SIZE : LARGE_SIZE;
        long inClass = isSmall ? offset : offset - smallBytes();
        int index = (int) (inClass / size) + (isSmall ? 0 : small);
        long within = inClass % size;
        if (within + length > size) {
            throw new IllegalStateException(
                    "access of %d bytes at offset %d runs over the end of mbuf %d of %d bytes"
                            .formatted(length, within, index, size));
        }
        Owner owner = owner(index);
        if (isFree(owner)) {
            throw new IllegalStateException(
                    "access of %d bytes at offset %d of mbuf %d, which is free (%s)"
                            .formatted(length, within, index, owner.label()));
        }
    }

    @Override
    public void close() {
        if (invariants) {
            AccessChecks.remove(check);
        }
        if (views.scope().isAlive()) {
            views.close();
        }
        metadata.close();
        buffers.close();
    }
}
