package io.esplanade.ffi.openssl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Why a library does not load, which the JDK keeps to itself. */
final class DynamicLinker {
    private static final int RTLD_LAZY = 1; // <dlfcn.h>

    private DynamicLinker() {}

    /** Tries once more, for the message alone. */
    static String whyNot(String library) {
        MethodHandle dlopen = handle("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        MethodHandle dlerror = handle("dlerror", FunctionDescriptor.of(ADDRESS));
        try (var arena = Arena.ofConfined()) {
            var _ = (MemorySegment) dlopen.invokeExact(arena.allocateFrom(library), RTLD_LAZY);
            var message = (MemorySegment) dlerror.invokeExact();
            return message.equals(MemorySegment.NULL)
                    ? "does not load"
                    : message.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("a downcall threw", t);
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }
}
