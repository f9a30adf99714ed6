package io.esplanade.engine.os;

import static io.esplanade.ffi.linux.linux.EINVAL;

import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;

/** Which CPUs threads run on, {@code sched_setaffinity(2)}. CPUs have the kernel's numbers. */
public final class Affinity {

    /** Bytes of a CPU mask: as many CPUs as Linux can be built for. */
    private static final long MASK_SIZE = 8192 / 8;

    private Affinity() {}

    /**
     * The CPUs this process may use, in ascending order: what its cpuset and whoever started it
     * (such as {@code taskset}) left it. Any thread; a pinned one gets the same answer.
     *
     * @throws OsException if the kernel does not say
     */
    public static int[] cpus() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_SIZE, Long.BYTES);
            // The process's id is that of its first thread, which nobody pins.
            int result = Syscalls.sched_getaffinity(linux.getpid(), MASK_SIZE, mask);
            if (result < 0) {
                throw new OsException("cannot tell which CPUs this process may use", -result);
            }
            return BitSet.valueOf(mask.asByteBuffer()).stream().toArray();
        }
    }

    /**
     * Keeps the calling thread, which is a platform thread, on {@code cpu} from now on. Threads
     * that it starts later stay there too, unless they are pinned elsewhere.
     *
     * @throws OsException if the process may not use that CPU, and the thread stays where it may be
     */
    public static void pin(int cpu) {
        int[] allowed = cpus();
        int result = Arrays.binarySearch(allowed, cpu) < 0 ? -EINVAL() : setAffinity(cpu);
        if (result < 0) {
            throw new OsException(
                    "cannot pin thread %s to CPU %d: this process may use %s; name one of those, or widen its cpuset"
                            .formatted(Thread.currentThread().getName(), cpu, list(allowed)),
                    -result);
        }
    }

    private static int setAffinity(int cpu) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_SIZE, Long.BYTES);
            BitSet only = new BitSet();
            only.set(cpu);
            mask.copyFrom(MemorySegment.ofArray(only.toByteArray()));
            return Syscalls.sched_setaffinity(0, MASK_SIZE, mask);
        }
    }

    /** As the kernel writes lists of CPUs: {@code CPUs 0-3,8}. */
    public static String list(int... cpus) {
        StringBuilder text = new StringBuilder(cpus.length == 1 ? "CPU " : "CPUs ");
        for (int first = 0, end; first < cpus.length; first = end) {
            end = first + 1;
            while (end < cpus.length && cpus[end] == cpus[end - 1] + 1) {
                end++;
            }
            text.append(first == 0 ? "" : ",").append(cpus[first]);
            if (end - first > 1) {
                text.append('-').append(cpus[end - 1]);
            }
        }
        return text.toString();
    }
}
