package io.esplanade.bench.floor;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@link Packets} as {@code struct packets} of the C loops' floor.h. */
final class PacketsStruct {

    private static final long SIZE = 80;
    private static final long OWN = 16; // for each context

    private PacketsStruct() {}

    /**
     * Its address; it lives as long as {@code arena}.
     *
     * @param library what the loop is told of its library; 0 for nothing
     */
    static long of(Packets packets, long library, Arena arena) {
        Shape shape = packets.shape();
        long[] contexts = packets.contexts();
        MemorySegment struct = arena.allocate(SIZE, Long.BYTES);
        struct.set(JAVA_LONG, 0, arena.allocateFrom(JAVA_LONG, contexts).address());
        struct.set(JAVA_LONG, 8, arena.allocateFrom(JAVA_LONG, packets.payloads()).address());
        struct.set(JAVA_LONG, 16, arena.allocate(contexts.length * OWN, OWN).address());
        struct.set(JAVA_LONG, 24, library);
        int[] numbers = {
            packets.payloads().length,
            contexts.length,
            shape.operation().ordinal(),
            shape.textBefore(),
            shape.textLength(),
            shape.authBefore(),
            shape.authLength(),
            shape.aadLength(),
            shape.nonceLength(),
            shape.payload(), // behind it is the tag
            shape.tagLength()
        };
        for (int i = 0; i < numbers.length; i++) {
            struct.set(JAVA_INT, 32 + (long) i * Integer.BYTES, numbers[i]);
        }
        return struct.address();
    }
}
