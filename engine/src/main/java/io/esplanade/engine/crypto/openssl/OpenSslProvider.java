package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.NativeLibrary;
import io.esplanade.engine.os.NativeLibraryException;
import io.esplanade.ffi.openssl.Libcrypto;
import io.esplanade.ffi.openssl.LibraryNotFoundException;
import io.esplanade.ffi.openssl.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The default provider: {@code openssl}. A context is a keyed {@code EVP_CIPHER_CTX}; what was made
 * is known to the whole process, however many instances of this class there are.
 *
 * <p>Thread-safe.
 */
public final class OpenSslProvider implements CryptoProvider {

    private static final Set<Suite> SUITES =
            Set.of(Suite.AES_GCM_16_128, Suite.AES_GCM_16_192, Suite.AES_GCM_16_256);

    /** Fetched once, because a fetch takes locks that all threads share; never freed. */
    private static final Map<Suite, MemorySegment> CIPHERS = new HashMap<>();

    /** The contexts there are, each with what keeps the next one away from it. */
    private static final Map<Long, MemorySegment> CONTEXTS = new ConcurrentHashMap<>();

    /** Bytes: at least a cache line, whatever the allocator's own header is. */
    private static final long GAP = 128;

    private final boolean bursts;

    /** The provider as it is fastest here: by the engine's C library, where there is one. */
    public OpenSslProvider() {
        this(true);
    }

    private OpenSslProvider(boolean bursts) {
        this.bursts = bursts;
    }

    /** The provider that calls libcrypto from Java even where there is the engine's C library. */
    public static OpenSslProvider withoutNative() {
        return new OpenSslProvider(false);
    }

    @Override
    public String name() {
        return "openssl";
    }

    @Override
    public void load() throws CryptoException {
        synchronized (CIPHERS) {
            loadLibraries();
            for (Suite suite : SUITES) {
                if (!CIPHERS.containsKey(suite)) {
                    CIPHERS.put(suite, fetch(evpName(suite)));
                }
            }
        }
    }

    private void loadLibraries() throws CryptoException {
        try {
            Libcrypto.load();
            if (bursts) {
                NativeLibrary.get();
            }
        } catch (LibraryNotFoundException | NativeLibraryException e) {
            throw new CryptoException(e.getMessage(), e);
        }
    }

    private static MemorySegment fetch(String algorithm) throws CryptoException {
        try (Arena arena = Arena.ofConfined()) {
            libcrypto.ERR_clear_error();
            MemorySegment cipher =
                    libcrypto.EVP_CIPHER_fetch(
                            MemorySegment.NULL, arena.allocateFrom(algorithm), MemorySegment.NULL);
            if (cipher.address() == 0) {
                throw OpenSslErrors.exception(
                        "libcrypto has no %s: see the providers in its openssl.cnf"
                                .formatted(algorithm));
            }
            return cipher;
        }
    }

    private static String evpName(Suite suite) {
        return "AES-%d-GCM".formatted(suite.keyLength() * Byte.SIZE);
    }

    /** {@inheritDoc} To be asked once it is loaded. */
    @Override
    public String description() {
        String version = OpenSslErrors.text(libcrypto.OpenSSL_version(libcrypto.OPENSSL_VERSION()));
        if (!bursts) {
            return version + ", called from Java";
        }
        return NativeLibrary.get()
                .absence()
                .map(why -> version + ", called from Java: the engine's C library is " + why)
                .orElse(version + ", one native call a burst");
    }

    @Override
    public Set<Suite> suites() {
        return SUITES;
    }

    @Override
    public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction)
            throws CryptoException {
        if (key.length() != suite.keyMaterialLength()) {
            throw new CryptoException(
                    "%s takes %d bytes of key and salt, not %d"
                            .formatted(suite.keyword(), suite.keyMaterialLength(), key.length()));
        }
        MemorySegment cipher = cipher(suite);
        libcrypto.ERR_clear_error();
        MemorySegment context = libcrypto.EVP_CIPHER_CTX_new();
        if (context.address() == 0) {
            throw OpenSslErrors.exception("cannot make a cipher context");
        }
        int result =
                switch (direction) {
                    case ENCRYPT ->
                            libcrypto.EVP_EncryptInit_ex2(
                                    context,
                                    cipher,
                                    key.segment(),
                                    MemorySegment.NULL,
                                    MemorySegment.NULL);
                    case DECRYPT ->
                            libcrypto.EVP_DecryptInit_ex2(
                                    context,
                                    cipher,
                                    key.segment(),
                                    MemorySegment.NULL,
                                    MemorySegment.NULL);
                };
        if (result != 1) {
            libcrypto.EVP_CIPHER_CTX_free(context);
            throw OpenSslErrors.exception("cannot key " + suite.keyword());
        }
        // Contexts are made one after the other and lie so. Each packet writes to its context, and
        // if that shared a line with another thread's, the line would travel at every packet.
        CONTEXTS.put(context.address(), allocate(GAP));
        return context.address();
    }

    /** Memory of libcrypto's allocator; or NULL, which only costs speed. */
    private static MemorySegment allocate(long bytes) {
        return libcrypto.CRYPTO_malloc(bytes, MemorySegment.NULL, 0);
    }

    private static MemorySegment cipher(Suite suite) throws CryptoException {
        synchronized (CIPHERS) {
            MemorySegment cipher = CIPHERS.get(suite);
            if (cipher == null) {
                throw new CryptoException("openssl was not loaded, or does not serve " + suite);
            }
            return cipher;
        }
    }

    @Override
    public void freeContext(long context) {
        MemorySegment gap = CONTEXTS.remove(context);
        if (gap == null) {
            throw new IllegalArgumentException("no context of openssl, or freed before");
        }
        libcrypto.EVP_CIPHER_CTX_free(MemorySegment.ofAddress(context));
        libcrypto.CRYPTO_free(gap, MemorySegment.NULL, 0);
    }

    @Override
    public int contexts() {
        return CONTEXTS.size();
    }

    @Override
    public CryptoQueue newQueue(CryptoBurst burst) {
        return bursts && NativeQueue.available() ? new NativeQueue(burst) : new OpenSslQueue(burst);
    }
}
