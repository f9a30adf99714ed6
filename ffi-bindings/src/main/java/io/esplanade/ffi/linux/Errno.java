package io.esplanade.ffi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * errno, saved by the downcall itself: by the time Java could ask for it, the JVM may have made
 * calls of its own.
 */
final class Errno {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBC = LINKER.defaultLookup();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long OFFSET = STATE.byteOffset(PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> STATES =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

    private Errno() {}

    /**
     * A handle whose first parameter is the state to save errno in.
     *
     * @param firstVariable the index of the first variable argument, or -1
     */
    static MethodHandle downcall(String function, int firstVariable, FunctionDescriptor type) {
        MemorySegment address = LIBC.findOrThrow(function);
        Linker.Option capture = Linker.Option.captureCallState("errno");
        return firstVariable < 0
                ? LINKER.downcallHandle(address, type, capture)
                : LINKER.downcallHandle(
                        address, type, capture, Linker.Option.firstVariadicArg(firstVariable));
    }

    /** The calling thread's own state. */
    static MemorySegment state() {
        return STATES.get();
    }

    static int of(MemorySegment state) {
        return state.get(ValueLayout.JAVA_INT, OFFSET);
    }
}
