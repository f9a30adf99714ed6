package io.esplanade.engine.os;

import static io.esplanade.ffi.linux.linux.MADV_DONTDUMP;
import static io.esplanade.ffi.linux.linux.MADV_HUGEPAGE;
import static io.esplanade.ffi.linux.linux.MADV_WIPEONFORK;
import static io.esplanade.ffi.linux.linux.MAP_ANONYMOUS;
import static io.esplanade.ffi.linux.linux.MAP_PRIVATE;
import static io.esplanade.ffi.linux.linux.PROT_READ;
import static io.esplanade.ffi.linux.linux.PROT_WRITE;

import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.linux;

import java.lang.foreign.MemorySegment;

/** The few calls to the C library that {@link Region} and {@link Errno} are made of. */
final class LibC {

    /** Bytes of a huge page on x86-64, and on aarch64 with pages of 4 KiB. */
    private static final long HUGE_PAGE = 2L << 20;

    /** No failure of a system call is below this: what is, is an address. */
    private static final long LAST_ERRNO = -4095;

    private static final int LONGEST_MESSAGE = 1024;

    private LibC() {}

    /**
     * Maps {@code size} bytes, a multiple of the page: zeroed, left out of core dumps, all zeroes
     * to a forked child, and of huge pages where the region is large and the system has them to
     * give.
     */
    static long mapAnonymous(long size, String purpose) {
        long address = size < HUGE_PAGE ? map(size, purpose) : mapAligned(size, purpose);
        // Advice only: a kernel built without one of these still gives good memory.
        Syscalls.madvise(pointer(address), size, MADV_DONTDUMP());
        Syscalls.madvise(pointer(address), size, MADV_WIPEONFORK());
        if (size >= HUGE_PAGE) {
            Syscalls.madvise(pointer(address), size, MADV_HUGEPAGE());
        }
        return address;
    }

    /** Maps so that a huge page begins at the first byte, which the kernel need not see to. */
    private static long mapAligned(long size, String purpose) {
        long mapped = map(size + HUGE_PAGE, purpose);
        long address = (mapped + HUGE_PAGE - 1) & -HUGE_PAGE;
        long before = address - mapped;
        if (before > 0) {
            unmap(mapped, before);
        }
        unmap(address + size, HUGE_PAGE - before);
        return address;
    }

    private static long map(long size, String purpose) {
        long address =
                Syscalls.mmap(
                        MemorySegment.NULL,
                        size,
                        PROT_READ() | PROT_WRITE(),
                        MAP_PRIVATE() | MAP_ANONYMOUS(),
                        -1,
                        0);
        if (address < 0 && address >= LAST_ERRNO) {
            throw new OsException(
                    "cannot map " + size + " bytes of memory for " + purpose, (int) -address);
        }
        return address;
    }

    static void unmap(long address, long size) {
        int result = Syscalls.munmap(pointer(address), size);
        if (result < 0) {
            throw new OsException(
                    "cannot unmap %d bytes at 0x%x".formatted(size, address), -result);
        }
    }

    /** Whether the range is now locked into memory; false if a limit or a filter forbids it. */
    static boolean lock(long address, long size) {
        return Syscalls.mlock(pointer(address), size) == 0;
    }

    static String strerror(int errno) {
        // glibc since 2.32 and musl answer a constant or the thread's own buffer
        return linux.strerror(errno).reinterpret(LONGEST_MESSAGE).getString(0);
    }

    private static MemorySegment pointer(long address) {
        return MemorySegment.ofAddress(address);
    }
}
