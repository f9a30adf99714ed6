package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.Encryption;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.crypto.openssl.OpenSslContext.Kind;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.NativeLibrary;
import io.esplanade.engine.os.NativeLibraryException;
import io.esplanade.ffi.openssl.Libcrypto;
import io.esplanade.ffi.openssl.LibraryNotFoundException;
import io.esplanade.ffi.openssl.libcrypto;
import io.esplanade.ffi.openssl.ossl_param_st;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;

/**
 * The default provider: {@code openssl}. Contexts are {@link OpenSslContext}s; what was made is
 * known to the whole process, however many instances of this class there are.
 *
 * <p>Thread-safe.
 */
public final class OpenSslProvider implements CryptoProvider {

    private static final Object LOADING = new Object();

    private static volatile OpenSslAlgorithms algorithms;

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
        synchronized (LOADING) {
            loadLibraries();
            if (algorithms == null) {
                libcrypto.ERR_clear_error();
                algorithms = new OpenSslAlgorithms();
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

    private static OpenSslAlgorithms loaded() {
        OpenSslAlgorithms loaded = algorithms;
        if (loaded == null) {
            throw new IllegalStateException("openssl was not loaded");
        }
        return loaded;
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

    /** {@inheritDoc} To be asked once it is loaded: it is what libcrypto has. */
    @Override
    public Set<Suite> suites() {
        return loaded().suites();
    }

    @Override
    public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction)
            throws CryptoException {
        if (!suites().contains(suite)) {
            throw new CryptoException("this libcrypto has not all of " + suite.keyword());
        }
        if (key.length() != suite.keyMaterialLength()) {
            throw new CryptoException(
                    "%s takes %d bytes of key and salt, not %d"
                            .formatted(suite.keyword(), suite.keyMaterialLength(), key.length()));
        }
        libcrypto.ERR_clear_error();
        long context = OpenSslContext.allocate(kind(suite), suite.mode().nonceLength());
        try {
            if (suite.encryption() != Encryption.NULL) {
                MemorySegment cipher = libcrypto.EVP_CIPHER_CTX_new();
                Mem.putLong(context + OpenSslContext.CIPHER, cipher.address());
                keyCipher(cipher, suite, key.segment().asSlice(0, suite.keyLength()), direction);
            }
            if (suite.integrity() != Integrity.NONE) {
                long from = (long) suite.keyLength() + suite.saltLength();
                keyMac(context, suite, key.segment().asSlice(from));
            }
            return context;
        } catch (CryptoException | RuntimeException e) {
            OpenSslContext.free(context);
            throw e;
        }
    }

    private static Kind kind(Suite suite) {
        return switch (suite.mode()) {
            case GCM, GCM_IIV, CHACHA20_POLY1305, CHACHA20_POLY1305_IIV -> Kind.AEAD;
            case CCM, CCM_IIV -> Kind.CCM;
            case GMAC -> Kind.AUTHENTICATED_ONLY;
            case CBC, CTR, TRIPLE_DES_CBC, NULL ->
                    suite.integrity() == Integrity.AES_XCBC_96
                            ? Kind.ENCRYPT_THEN_XCBC
                            : Kind.ENCRYPT_THEN_MAC;
        };
    }

    private static void keyCipher(
            MemorySegment context, Suite suite, MemorySegment key, CryptoBurst.Operation direction)
            throws CryptoException {
        MemorySegment none = MemorySegment.NULL;
        MemorySegment cipher = loaded().cipher(suite.encryption());
        // CCM's key schedule wants to know the lengths first.
        boolean done =
                context.address() != 0
                        && init(direction, context, cipher, none)
                        && setLengths(context, suite)
                        && init(direction, context, none, key)
                        && unpadded(context, suite);
        if (!done) {
            throw OpenSslErrors.exception("cannot key " + suite.keyword());
        }
    }

    private static boolean init(
            CryptoBurst.Operation direction,
            MemorySegment context,
            MemorySegment cipher,
            MemorySegment key) {
        MemorySegment none = MemorySegment.NULL;
        return 1
                == switch (direction) {
                    case ENCRYPT -> libcrypto.EVP_EncryptInit_ex2(context, cipher, key, none, none);
                    case DECRYPT -> libcrypto.EVP_DecryptInit_ex2(context, cipher, key, none, none);
                };
    }

    private static boolean setLengths(MemorySegment context, Suite suite) {
        if (suite.mode() != CipherMode.CCM && suite.mode() != CipherMode.CCM_IIV) {
            return true;
        }
        MemorySegment none = MemorySegment.NULL;
        int setIv = libcrypto.EVP_CTRL_AEAD_SET_IVLEN();
        int setTag = libcrypto.EVP_CTRL_AEAD_SET_TAG();
        int nonce = suite.mode().nonceLength();
        return libcrypto.EVP_CIPHER_CTX_ctrl(context, setIv, nonce, none) == 1
                && libcrypto.EVP_CIPHER_CTX_ctrl(context, setTag, suite.icvLength(), none) == 1;
    }

    /**
     * Text comes padded as ESP wants it. EVP_CIPHER_CTX_set_padding would set it anew whenever an
     * IV is set.
     */
    private static boolean unpadded(MemorySegment context, Suite suite) {
        if (suite.mode().iv() != CipherMode.Iv.UNPREDICTABLE) { // CBC
            return true;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = arena.allocate(2 * ossl_param_st.sizeof()); // the second ends it
            MemorySegment no = arena.allocateFrom(ValueLayout.JAVA_INT, 0);
            ossl_param_st.key(params, libcrypto.OSSL_CIPHER_PARAM_PADDING());
            ossl_param_st.data_type(params, libcrypto.OSSL_PARAM_UNSIGNED_INTEGER());
            ossl_param_st.data(params, no);
            ossl_param_st.data_size(params, no.byteSize());
            return libcrypto.EVP_CIPHER_CTX_set_params(context, params) == 1;
        }
    }

    private static void keyMac(long context, Suite suite, MemorySegment key)
            throws CryptoException {
        if (suite.integrity() == Integrity.AES_XCBC_96) {
            Xcbc.key(context, loaded(), key);
        } else {
            MemorySegment mac = loaded().newMac(suite.integrity(), key);
            Mem.putLong(context + OpenSslContext.MAC, mac.address());
        }
    }

    @Override
    public void freeContext(long context) {
        OpenSslContext.free(context);
    }

    @Override
    public int contexts() {
        return OpenSslContext.made();
    }

    @Override
    public CryptoQueue newQueue(CryptoBurst burst) {
        return bursts && NativeQueue.available() ? new NativeQueue(burst) : new OpenSslQueue(burst);
    }
}
