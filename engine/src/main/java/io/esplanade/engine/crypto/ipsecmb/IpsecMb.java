package io.esplanade.engine.crypto.ipsecmb;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.NativeLibrary;
import io.esplanade.engine.os.NativeLibraryException;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * ipsec-mb as the engine's C library calls it: the functions of its ipsecmb.h, with pointers as
 * {@code long}s and arguments trusted, as in C.
 *
 * <p>The library is loaded once a process and stays: the file that the environment variable {@code
 * ESPLANADE_IPSECMB} names, or else the version that the C library was built for, where the dynamic
 * linker looks. Nothing else here is called before {@link #load}. Any thread.
 */
final class IpsecMb {

    private static final String VARIABLE = "ESPLANADE_IPSECMB";
    private static final String PREFIX = "esplanade_ipsecmb_";
    private static final int LONGEST_TEXT = 8192; // the dynamic linker's has a path in it

    private static final FunctionDescriptor ANSWERS = FunctionDescriptor.of(JAVA_LONG);

    private static boolean loaded;

    /** The functions, looked up once the C library is known to have them. */
    private static final class Native {

        static final MethodHandle SONAME = handle("soname", ANSWERS);
        static final MethodHandle OPEN = handle("open", ANSWERS.appendArgumentLayouts(JAVA_LONG));
        static final MethodHandle VERSION = handle("version", ANSWERS);
        static final MethodHandle SERVES =
                handle("serves", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
        static final MethodHandle QUEUE_SIZE = handle("queue_size", ANSWERS);
        static final MethodHandle CONTEXT_SIZE = handle("context_size", ANSWERS);
        static final MethodHandle INIT_QUEUE =
                handle("init_queue", ANSWERS.appendArgumentLayouts(JAVA_LONG));
        static final MethodHandle INSTRUCTIONS =
                handle("instructions", ANSWERS.appendArgumentLayouts(JAVA_LONG));
        static final MethodHandle KEY =
                handle(
                        "key",
                        FunctionDescriptor.of(
                                JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
        static final MethodHandle SUBMIT =
                handle(
                        "submit",
                        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));

        private Native() {}

        private static MethodHandle handle(String name, FunctionDescriptor type) {
            return Linker.nativeLinker()
                    .downcallHandle(
                            NativeLibrary.get().function(PREFIX + name).orElseThrow(), type);
        }
    }

    private IpsecMb() {}

    /**
     * Loads the library, unless that is done.
     *
     * @throws CryptoException saying why there is none, and the remedy; a later call tries again
     */
    static synchronized void load() throws CryptoException {
        if (!loaded) {
            requireBuiltIn();
            load(System.getenv(VARIABLE));
            loaded = true;
        }
    }

    private static void requireBuiltIn() throws CryptoException {
        NativeLibrary library;
        try {
            library = NativeLibrary.get();
        } catch (NativeLibraryException e) {
            throw new CryptoException(e.getMessage(), e);
        }
        if (library.absence().isPresent()) {
            throw new CryptoException(
                    "ipsec-mb needs the engine's C library, which is " + library.absence().get());
        }
        if (library.function(PREFIX + "soname").isEmpty()) {
            throw new CryptoException(
                    "the engine's C library was built without ipsec-mb, which is for x86-64:"
                        + " install its header (apt-get install libipsec-mb-dev) and build anew");
        }
    }

    /**
     * @param chosen a file, or null or empty for the usual one
     */
    static void load(String chosen) throws CryptoException {
        String soname = text(call(Native.SONAME));
        String file = chosen == null || chosen.isEmpty() ? soname : chosen;
        String whyNot;
        try (Arena arena = Arena.ofConfined()) {
            whyNot = text(call(Native.OPEN, arena.allocateFrom(file).address()));
        }
        if (whyNot != null) {
            String major = soname.substring(soname.lastIndexOf('.') + 1);
            throw new CryptoException(
                    ("cannot use ipsec-mb: %s. Install it (apt-get install libipsec-mb%s), or set"
                                    + " %s to the file of a %s")
                            .formatted(whyNot, major, VARIABLE, soname));
        }
    }

    static String version() {
        return text(call(Native.VERSION));
    }

    /** Whether it has the cipher of this number with keys of so many bytes, and right. */
    static boolean serves(int cipher, int keyLength) {
        try {
            return (int) Native.SERVES.invokeExact(cipher, keyLength) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long queueSize() {
        return call(Native.QUEUE_SIZE);
    }

    static int contextSize() {
        return Math.toIntExact(call(Native.CONTEXT_SIZE));
    }

    /** Makes a queue in memory of zeros; null, or why there can be none. */
    static String initQueue(long queue) {
        return text(call(Native.INIT_QUEUE, queue));
    }

    static String instructions(long queue) {
        return text(call(Native.INSTRUCTIONS, queue));
    }

    private static long call(MethodHandle function, Object... arguments) {
        try {
            return (long) function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static String text(long pointer) {
        return pointer == 0 ? null : Mem.segment(pointer, LONGEST_TEXT).getString(0);
    }

    /** Makes the keys of a context; false if ipsec-mb has no such thing. */
    static boolean key(long queue, long context, long key, long macKey) {
        try {
            return (int) Native.KEY.invokeExact(queue, context, key, macKey) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Runs operations of a burst. It takes as long as the ciphers do: no critical call. */
    static int submit(long queue, long burst, int from, int n) {
        try {
            return (int) Native.SUBMIT.invokeExact(queue, burst, from, n);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static AssertionError unexpected(Throwable e) {
        return new AssertionError("a downcall throws nothing", e);
    }
}
