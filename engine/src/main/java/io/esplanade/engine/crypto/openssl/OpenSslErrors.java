package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.ffi.openssl.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** libcrypto's error queue, one for each thread, as exceptions. */
final class OpenSslErrors {

    private static final int LONGEST = 256;

    private OpenSslErrors() {}

    /**
     * An exception with the first, that is the innermost, error of the calling thread's queue,
     * which is emptied.
     */
    static CryptoException exception(String what) {
        return new CryptoException(what + reason());
    }

    /** The same with what to do about it. */
    static CryptoException exception(String what, String remedy) {
        return new CryptoException(what + reason() + ". " + remedy);
    }

    private static String reason() {
        long error = libcrypto.ERR_get_error();
        libcrypto.ERR_clear_error();
        if (error == 0) {
            return "";
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(LONGEST);
            libcrypto.ERR_error_string_n(error, text, LONGEST);
            return ": " + text.getString(0);
        }
    }

    /** The C string at {@code pointer}. */
    static String text(MemorySegment pointer) {
        return pointer.reinterpret(LONGEST).getString(0);
    }
}
