package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.os.Mem;
import io.esplanade.ffi.openssl.libcrypto;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a context is: one cache line of memory of libcrypto's allocator, only read once it is made.
 *
 * <pre>
 *  0 cipher       u64  EVP_CIPHER_CTX, keyed; 0 with the cipher NULL
 *  8 mac          u64  EVP_MAC_CTX, keyed; 0 where the cipher authenticates
 * 16 kind         u32  {@link Kind}
 * 20 nonceLength  u32  bytes of IV that an operation must have
 * 24 tagApart     u32  whether the tag to compare is given in a call of its own, not with the IV
 * 32 whole        16 bytes, XORed into a whole last block; XCBC only
 * 48 partial      16 bytes, XORed into a padded last block; XCBC only
 * </pre>
 *
 * <p>The process knows every context there is, and frees each once. Thread-safe.
 */
final class OpenSslContext {

    /** How its operations are done. */
    enum Kind {
        AEAD,
        /** An AEAD that must be told the length first, and verifies before it decrypts. */
        CCM,
        /** An AEAD with additional data only. */
        AUTHENTICATED_ONLY,
        ENCRYPT_THEN_MAC,
        /** The same with XCBC, which libcrypto lacks, made of CMAC: see {@link Xcbc}. */
        ENCRYPT_THEN_XCBC
    }

    static final int CIPHER = 0;
    static final int MAC = 8;
    static final int KIND = 16;
    static final int NONCE_LENGTH = 20;
    static final int TAG_APART = 24;
    static final int WHOLE = 32;
    static final int PARTIAL = 48;

    private static final long LINE = 64;

    // Contexts are made one after the other and lie so. Each packet writes to what libcrypto keeps
    // of its SA, and a line that another thread has just written travels from core to core not only
    // when it is used but also when a processor fetches ahead of what it reads. What libcrypto
    // allocates next lies behind this block; its predecessor's must be too far away for that. With
    // two lanes of 32 SAs each a packet took 50 ns longer at a distance of four lines.
    private static final long SIZE = 16 * LINE;

    /** The contexts there are, each with the block of memory that it is in. */
    private static final Map<Long, MemorySegment> MADE = new ConcurrentHashMap<>();

    private OpenSslContext() {}

    /** A context that has nothing yet. */
    static long allocate(Kind kind, int nonceLength) throws CryptoException {
        MemorySegment block = libcrypto.CRYPTO_malloc(SIZE, MemorySegment.NULL, 0);
        if (block.address() == 0) {
            throw OpenSslErrors.exception("no memory for a context");
        }
        Mem.fill(block.address(), SIZE, 0);
        long context = (block.address() + SIZE - LINE) & -LINE;
        Mem.putInt(context + KIND, kind.ordinal());
        Mem.putInt(context + NONCE_LENGTH, nonceLength);
        MADE.put(context, block);
        return context;
    }

    /** Frees {@code context} and what it has so far; libcrypto wipes its keys. */
    static void free(long context) {
        MemorySegment block = MADE.remove(context);
        if (block == null) {
            throw new IllegalArgumentException("no context of openssl, or freed before");
        }
        libcrypto.EVP_CIPHER_CTX_free(MemorySegment.ofAddress(Mem.getLong(context + CIPHER)));
        libcrypto.EVP_MAC_CTX_free(MemorySegment.ofAddress(Mem.getLong(context + MAC)));
        libcrypto.OPENSSL_cleanse(block, SIZE);
        libcrypto.CRYPTO_free(block, MemorySegment.NULL, 0);
    }

    static int made() {
        return MADE.size();
    }
}
