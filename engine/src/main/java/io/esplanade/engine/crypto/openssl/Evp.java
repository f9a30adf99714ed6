package io.esplanade.engine.crypto.openssl;

import io.esplanade.ffi.openssl.libcrypto;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The functions called per packet, once more, with pointers as {@code long}s.
 *
 * <p>A pointer passed as a segment is an object and a few checks, which the JIT removes only as
 * long as all around it is inlined; a chain of ten such calls overruns its budget and then
 * allocates. A {@code long} is passed in the same register and needs no luck. Addresses and types
 * are those of the generated bindings. Arguments are trusted, as in C; any thread; libcrypto must
 * be loaded.
 */
final class Evp {

    private static final MethodHandle ENCRYPT_INIT =
            handle(
                    libcrypto.EVP_EncryptInit_ex2$address(),
                    libcrypto.EVP_EncryptInit_ex2$descriptor());
    private static final MethodHandle ENCRYPT_UPDATE =
            handle(libcrypto.EVP_EncryptUpdate$address(), libcrypto.EVP_EncryptUpdate$descriptor());
    private static final MethodHandle ENCRYPT_FINAL =
            handle(
                    libcrypto.EVP_EncryptFinal_ex$address(),
                    libcrypto.EVP_EncryptFinal_ex$descriptor());
    private static final MethodHandle GET_PARAMS =
            handle(
                    libcrypto.EVP_CIPHER_CTX_get_params$address(),
                    libcrypto.EVP_CIPHER_CTX_get_params$descriptor());
    private static final MethodHandle DECRYPT_INIT =
            handle(
                    libcrypto.EVP_DecryptInit_ex2$address(),
                    libcrypto.EVP_DecryptInit_ex2$descriptor());
    private static final MethodHandle SET_PARAMS =
            handle(
                    libcrypto.EVP_CIPHER_CTX_set_params$address(),
                    libcrypto.EVP_CIPHER_CTX_set_params$descriptor());
    private static final MethodHandle DECRYPT_UPDATE =
            handle(libcrypto.EVP_DecryptUpdate$address(), libcrypto.EVP_DecryptUpdate$descriptor());
    private static final MethodHandle DECRYPT_FINAL =
            handle(
                    libcrypto.EVP_DecryptFinal_ex$address(),
                    libcrypto.EVP_DecryptFinal_ex$descriptor());

    private static final MethodHandle MAC_INIT =
            handle(libcrypto.EVP_MAC_init$address(), libcrypto.EVP_MAC_init$descriptor());
    private static final MethodHandle MAC_UPDATE =
            handle(libcrypto.EVP_MAC_update$address(), libcrypto.EVP_MAC_update$descriptor());
    private static final MethodHandle MAC_FINAL =
            handle(libcrypto.EVP_MAC_final$address(), libcrypto.EVP_MAC_final$descriptor());
    private static final MethodHandle COMPARE =
            handle(libcrypto.CRYPTO_memcmp$address(), libcrypto.CRYPTO_memcmp$descriptor());

    private static final long NULL = 0;

    private Evp() {}

    private static MethodHandle handle(MemorySegment address, FunctionDescriptor type) {
        MemoryLayout[] arguments =
                type.argumentLayouts().stream().map(Evp::asLong).toArray(MemoryLayout[]::new);
        FunctionDescriptor longs =
                FunctionDescriptor.of(asLong(type.returnLayout().orElseThrow()), arguments);
        return Linker.nativeLinker().downcallHandle(address, longs);
    }

    private static MemoryLayout asLong(MemoryLayout layout) {
        return layout instanceof AddressLayout ? ValueLayout.JAVA_LONG : layout;
    }

    /** Sets the IV and nothing else: with cipher and key NULL nothing is fetched or scheduled. */
    static boolean encryptInit(long context, long iv) {
        try {
            return (int) ENCRYPT_INIT.invokeExact(context, NULL, NULL, iv, NULL) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Encrypts, or with {@code out} 0 authenticates only. */
    static boolean encryptUpdate(long context, long out, long written, long in, int length) {
        try {
            return (int) ENCRYPT_UPDATE.invokeExact(context, out, written, in, length) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static boolean encryptFinal(long context, long out, long written) {
        try {
            return (int) ENCRYPT_FINAL.invokeExact(context, out, written) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static boolean getParams(long context, long params) {
        try {
            return (int) GET_PARAMS.invokeExact(context, params) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static boolean setParams(long context, long params) {
        try {
            return (int) SET_PARAMS.invokeExact(context, params) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sets the IV and {@code params}, such as the tag to expect, and nothing else. */
    static boolean decryptInit(long context, long iv, long params) {
        try {
            return (int) DECRYPT_INIT.invokeExact(context, NULL, NULL, iv, params) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Decrypts, or with {@code out} 0 authenticates only. */
    static boolean decryptUpdate(long context, long out, long written, long in, int length) {
        try {
            return (int) DECRYPT_UPDATE.invokeExact(context, out, written, in, length) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Whether the tag is the one expected; the comparison takes the same time wherever it fails.
     */
    static boolean decryptFinal(long context, long out, long written) {
        try {
            return (int) DECRYPT_FINAL.invokeExact(context, out, written) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Begins anew under the same key. */
    static boolean macInit(long mac) {
        try {
            return (int) MAC_INIT.invokeExact(mac, NULL, 0L, NULL) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static boolean macUpdate(long mac, long in, long length) {
        try {
            return (int) MAC_UPDATE.invokeExact(mac, in, length) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static boolean macFinal(long mac, long out, long written, long room) {
        try {
            return (int) MAC_FINAL.invokeExact(mac, out, written, room) == 1;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Whether the bytes are the same; it takes the same time wherever they differ. */
    static boolean same(long a, long b, long length) {
        try {
            return (int) COMPARE.invokeExact(a, b, length) == 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static AssertionError unexpected(Throwable e) {
        return new AssertionError("a downcall throws nothing", e);
    }
}
