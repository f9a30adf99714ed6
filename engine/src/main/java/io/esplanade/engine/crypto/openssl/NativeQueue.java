package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.os.NativeLibrary;
import io.esplanade.engine.os.Padded;
import io.esplanade.ffi.openssl.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Operations in {@link #submit}, by one downcall of the engine's C library for all of them: it does
 * what {@link OpenSslQueue} does, with the functions of the same libcrypto. The call takes as long
 * as the ciphers do, so safepoints are not held off by it.
 */
final class NativeQueue extends Padded implements CryptoQueue {

    private static final String SUBMIT = "esplanade_openssl_submit";

    /** What is looked up when the first queue is made: the library must be loaded by then. */
    private static final class Native {

        static final MethodHandle SUBMIT =
                Linker.nativeLinker()
                        .downcallHandle(
                                NativeLibrary.get().function(NativeQueue.SUBMIT).orElseThrow(),
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_LONG,
                                        ValueLayout.JAVA_LONG,
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_INT));

        /** {@code struct openssl} of the library's openssl.h. */
        static final long FUNCTIONS =
                table(
                        libcrypto.EVP_EncryptInit_ex2$address(),
                        libcrypto.EVP_DecryptInit_ex2$address(),
                        libcrypto.EVP_EncryptUpdate$address(),
                        libcrypto.EVP_DecryptUpdate$address(),
                        libcrypto.EVP_EncryptFinal_ex$address(),
                        libcrypto.EVP_DecryptFinal_ex$address(),
                        libcrypto.EVP_CIPHER_CTX_get_params$address(),
                        libcrypto.EVP_CIPHER_CTX_set_params$address(),
                        libcrypto.EVP_MAC_init$address(),
                        libcrypto.EVP_MAC_update$address(),
                        libcrypto.EVP_MAC_final$address(),
                        libcrypto.ERR_get_error$address());

        private Native() {}

        private static long table(MemorySegment... functions) {
            MemorySegment table = Arena.global().allocate(ValueLayout.ADDRESS, functions.length);
            for (int i = 0; i < functions.length; i++) {
                table.setAtIndex(ValueLayout.ADDRESS, i, functions[i]);
            }
            return table.address();
        }
    }

    private final long burst;
    private int completed;
    private int failed;

    NativeQueue(CryptoBurst burst) {
        this.burst = burst.address(0);
    }

    /** Whether the engine's C library is there and can do this. */
    static boolean available() {
        return NativeLibrary.get().function(SUBMIT).isPresent();
    }

    @Override
    public int submit(int from, int n) {
        try {
            int failures = (int) Native.SUBMIT.invokeExact(Native.FUNCTIONS, burst, from, n);
            failed = from == 0 ? failures : failed + failures;
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing", e);
        }
        completed = from + n;
        return n;
    }

    @Override
    public int poll() {
        return completed;
    }

    @Override
    public int failed() {
        return failed;
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
