package io.esplanade.engine.crypto.openssl;

import io.esplanade.ffi.openssl.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Where algorithms are fetched from.
 *
 * @param library an {@code OSSL_LIB_CTX}, or NULL for the process's own
 * @param query a property query, or NULL for none
 * @param arena for the time of fetching
 */
record Fetch(MemorySegment library, MemorySegment query, Arena arena) {

    /** An {@code EVP_CIPHER}, or NULL. */
    MemorySegment cipher(String name) {
        return libcrypto.EVP_CIPHER_fetch(library, arena.allocateFrom(name), query);
    }

    /** An {@code EVP_MAC}, or NULL. */
    MemorySegment mac(String name) {
        return libcrypto.EVP_MAC_fetch(library, arena.allocateFrom(name), query);
    }
}
