package io.esplanade.engine.os;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Loads and stores at absolute addresses, through one segment that spans all memory.
 *
 * <p>The segment is {@code static final} and global, so the JIT folds its base, bounds and liveness
 * to constants: an access is one machine instruction, and a downcall that takes an address acquires
 * nothing. The price is that an address is trusted, as in C. {@link AccessCheck} buys that trust
 * back while testing: when a check is installed, every access made here is shown to it first.
 *
 * <p>Addresses and lengths are in bytes. Names without a suffix use the machine's byte order
 * (little-endian: the engine refuses to run elsewhere); {@code BE} names use network order. Plain
 * accesses promise nothing to other threads; the {@code Acquire} and {@code Release} ones order as
 * {@link VarHandle}'s do and need natural alignment.
 */
public final class Mem {

    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** An address has no more bits than these. */
    private static final long ADDRESS = (1L << 56) - 1;

    /** What is within {@link #ALL} whatever is accessed there. */
    private static final long WITHIN = (1L << 62) - 1;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT_BE = SHORT.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfInt INT_BE = INT.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfLong LONG_BE = LONG.withOrder(BIG_ENDIAN);
    private static final VarHandle ALIGNED_INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle ALIGNED_LONG = ValueLayout.JAVA_LONG.varHandle();

    static {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException(
                    "Esplanade runs on little-endian machines (x86-64, aarch64) only");
        }
    }

    private Mem() {}

    /**
     * The same number, and a promise to the JIT, which cannot know it, that it is an address: what
     * is at some known distance from it is then within all memory for certain, and an access there
     * is one instruction. For addresses that were loaded, or lie at an unknown distance from one.
     */
    public static long address(long value) {
        return value & ADDRESS;
    }

    /** The address that is stored at {@code address}. */
    public static long getAddress(long address) {
        return address(getLong(address));
    }

    /**
     * Where {@link #ALL} is accessed. Without this the JIT compares every address with the end of
     * memory, which is five instructions, a branch and much to compile; so it is one, and none
     * where it knows that there is nothing to mask, see {@link #address}.
     */
    private static long at(long address) {
        return address & WITHIN;
    }

    private static void check(long address, long length) {
        if (AccessChecks.ENABLED && AccessChecks.any) {
            AccessChecks.check(address, length);
        }
    }

    public static byte getByte(long address) {
        check(address, 1);
        return ALL.get(BYTE, at(address));
    }

    /** The byte at {@code address}, 0 to 255. */
    public static int getUnsignedByte(long address) {
        return getByte(address) & 0xff;
    }

    public static void putByte(long address, int value) {
        check(address, 1);
        ALL.set(BYTE, at(address), (byte) value);
    }

    /** The 16-bit number at {@code address} in machine order, 0 to 65535. */
    public static int getShort(long address) {
        check(address, 2);
        return ALL.get(SHORT, at(address)) & 0xffff;
    }

    public static void putShort(long address, int value) {
        check(address, 2);
        ALL.set(SHORT, at(address), (short) value);
    }

    /** The 16-bit number at {@code address} in network order, 0 to 65535. */
    public static int getShortBE(long address) {
        check(address, 2);
        return ALL.get(SHORT_BE, at(address)) & 0xffff;
    }

    public static void putShortBE(long address, int value) {
        check(address, 2);
        ALL.set(SHORT_BE, at(address), (short) value);
    }

    public static int getInt(long address) {
        check(address, 4);
        return ALL.get(INT, at(address));
    }

    public static void putInt(long address, int value) {
        check(address, 4);
        ALL.set(INT, at(address), value);
    }

    public static int getIntBE(long address) {
        check(address, 4);
        return ALL.get(INT_BE, at(address));
    }

    public static void putIntBE(long address, int value) {
        check(address, 4);
        ALL.set(INT_BE, at(address), value);
    }

    public static long getLong(long address) {
        check(address, 8);
        return ALL.get(LONG, at(address));
    }

    /**
     * Some number, found by reading the line at {@code address} so that it is in the cache: whoever
     * is to read or write many lines fetches them one after the other before, which the processor
     * does many at a time. What is there does not matter, so no check is asked.
     */
    public static long fetch(long address) {
        return ALL.get(LONG, at(address));
    }

    public static void putLong(long address, long value) {
        check(address, 8);
        ALL.set(LONG, at(address), value);
    }

    public static long getLongBE(long address) {
        check(address, 8);
        return ALL.get(LONG_BE, at(address));
    }

    public static void putLongBE(long address, long value) {
        check(address, 8);
        ALL.set(LONG_BE, at(address), value);
    }

    public static int getIntAcquire(long address) {
        check(address, 4);
        return (int) ALIGNED_INT.getAcquire(ALL, at(address));
    }

    public static void putIntRelease(long address, int value) {
        check(address, 4);
        ALIGNED_INT.setRelease(ALL, at(address), value);
    }

    public static long getLongAcquire(long address) {
        check(address, 8);
        return (long) ALIGNED_LONG.getAcquire(ALL, at(address));
    }

    public static void putLongRelease(long address, long value) {
        check(address, 8);
        ALIGNED_LONG.setRelease(ALL, at(address), value);
    }

    /** Copies {@code length} bytes; the ranges may overlap. */
    public static void copy(long from, long to, long length) {
        check(from, length);
        check(to, length);
        MemorySegment.copy(ALL, from, ALL, to, length);
    }

    /** Copies {@code length} bytes out of {@code from}, beginning at {@code offset}. */
    public static void copyFrom(byte[] from, int offset, long to, int length) {
        check(to, length);
        MemorySegment.copy(from, offset, ALL, BYTE, to, length);
    }

    /** Copies {@code length} bytes into {@code to}, beginning at {@code offset}. */
    public static void copyTo(long from, byte[] to, int offset, int length) {
        check(from, length);
        MemorySegment.copy(ALL, BYTE, from, to, offset, length);
    }

    /** A new array holding the {@code length} bytes at {@code address}; not for the packet path. */
    public static byte[] bytes(long address, int length) {
        byte[] copy = new byte[length];
        copyTo(address, copy, 0, length);
        return copy;
    }

    public static void fill(long address, long length, int value) {
        check(address, length);
        ALL.asSlice(address, length).fill((byte) value);
    }

    /** Whether the {@code length} bytes at the two addresses are the same; not constant-time. */
    public static boolean equal(long a, long b, long length) {
        check(a, length);
        check(b, length);
        return MemorySegment.mismatch(ALL, a, a + length, ALL, b, b + length) < 0;
    }

    /** A view of {@code length} bytes at {@code address}, valid as long as the memory is. */
    public static MemorySegment segment(long address, long length) {
        return ALL.asSlice(address, length);
    }
}
