package io.esplanade.ffi.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds libcrypto at run time: the file that the environment variable {@code ESPLANADE_LIBCRYPTO}
 * names, or else {@code libcrypto.so.3} and then {@code libcrypto.so} where the dynamic linker
 * looks. Any version 3 will do.
 *
 * <p>The library is loaded once a process, is initialised without its handler at exit (which would
 * free what other threads still use) and stays. Any thread.
 */
public final class Libcrypto {
    private static final String VARIABLE = "ESPLANADE_LIBCRYPTO";
    private static final List<String> NAMES = List.of("libcrypto.so.3", "libcrypto.so");
    private static final int MAJOR = 3;

    /** {@code OPENSSL_INIT_NO_ATEXIT}; the generated class cannot be asked before the library. */
    static final long NO_ATEXIT = 0x80000;

    private static SymbolLookup loaded;

    private Libcrypto() {}

    /**
     * Loads libcrypto, unless that is done. Call it before anything of {@link libcrypto}.
     *
     * @throws LibraryNotFoundException saying what was tried, when there is no suitable one; a
     *     later call tries again
     */
    public static void load() {
        symbols();
    }

    static synchronized SymbolLookup symbols() {
        if (loaded == null) {
            loaded = find(System.getenv(VARIABLE));
        }
        return loaded;
    }

    private static SymbolLookup find(String chosen) {
        var tried = new ArrayList<String>();
        boolean any = chosen == null || chosen.isEmpty();
        for (String name : any ? NAMES : List.of(chosen)) {
            Optional<SymbolLookup> found = open(name, tried);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new LibraryNotFoundException(
                "no libcrypto "
                        + MAJOR
                        + ".x: tried "
                        + String.join("; ", tried)
                        + ". Install OpenSSL 3 (apt-get install libssl3), or set "
                        + VARIABLE
                        + " to the file of a libcrypto.so.3");
    }

    private static Optional<SymbolLookup> open(String name, List<String> tried) {
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException e) {
            tried.add(name + " (" + DynamicLinker.whyNot(name) + ")");
            return Optional.empty();
        }
        Optional<MemorySegment> major = symbols.find("OPENSSL_version_major");
        if (major.isEmpty()) {
            tried.add(name + " (is no OpenSSL 3: it has no OPENSSL_version_major)");
            return Optional.empty();
        }
        int version = (int) call(major.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT));
        if (version != MAJOR) {
            tried.add(name + " (is OpenSSL " + version + ")");
            return Optional.empty();
        }
        initialise(symbols);
        return Optional.of(symbols);
    }

    private static void initialise(SymbolLookup symbols) {
        var type =
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
        MemorySegment init = symbols.findOrThrow("OPENSSL_init_crypto");
        if ((int) call(init, type, NO_ATEXIT, MemorySegment.NULL) != 1) {
            throw new IllegalStateException("OPENSSL_init_crypto failed");
        }
    }

    private static Object call(MemorySegment function, FunctionDescriptor type, Object... values) {
        MethodHandle handle = Linker.nativeLinker().downcallHandle(function, type);
        try {
            return handle.invokeWithArguments(values);
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("a downcall threw", t);
        }
    }
}
