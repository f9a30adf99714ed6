package io.esplanade.bench.wire;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.esplanade.bench.floor.FloorLibrary;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Two threads in C with an AF_XDP socket each. */
final class PlainC {

    private static final Optional<MethodHandle> FLOOR =
            FloorLibrary.function(
                    "xdp_floor",
                    FunctionDescriptor.of(
                            JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT,
                            JAVA_INT, ADDRESS));

    private PlainC() {}

    static boolean available() {
        return FLOOR.isPresent();
    }

    /** Has them send and receive frames so long for so long. */
    static Carried run(int length, int millis, int cpuA, int cpuB) throws IOException {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment packet = arena.allocate(length);
            MemorySegment result = arena.allocate(5 * JAVA_LONG.byteSize(), 8);
            int error =
                    (int)
                            FLOOR.orElseThrow()
                                    .invokeExact(
                                            arena.allocateFrom(VethPair.A),
                                            arena.allocateFrom(VethPair.B),
                                            packet,
                                            length,
                                            millis,
                                            cpuA,
                                            cpuB,
                                            result);
            if (error != 0) {
                throw new IOException("the sender and receiver in C failed: errno " + -error);
            }
            return new Carried(
                    result.getAtIndex(JAVA_LONG, 0),
                    result.getAtIndex(JAVA_LONG, 1),
                    result.getAtIndex(JAVA_LONG, 2),
                    result.getAtIndex(JAVA_LONG, 3),
                    result.getAtIndex(JAVA_LONG, 4));
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
