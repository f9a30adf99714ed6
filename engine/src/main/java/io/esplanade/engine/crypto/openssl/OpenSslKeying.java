package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.Encryption;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.crypto.openssl.OpenSslContext.Kind;
import io.esplanade.engine.os.Mem;
import io.esplanade.ffi.openssl.libcrypto;
import io.esplanade.ffi.openssl.ossl_param_st;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Makes {@link OpenSslContext}s: sets everything but the IV. */
final class OpenSslKeying {

    private OpenSslKeying() {}

    /**
     * A context of {@code algorithms}, which have the suite.
     *
     * @throws CryptoException if libcrypto refuses, or the key is too short or too long
     */
    static long newContext(
            OpenSslAlgorithms algorithms,
            Suite suite,
            KeyMaterial key,
            CryptoBurst.Operation direction)
            throws CryptoException {
        if (key.length() != suite.keyMaterialLength()) {
            throw new CryptoException(
                    "%s takes %d bytes of key and salt, not %d"
                            .formatted(suite.keyword(), suite.keyMaterialLength(), key.length()));
        }
        libcrypto.ERR_clear_error();
        long context = OpenSslContext.allocate(kind(suite), suite.mode().nonceLength());
        // QAT_Engine's provider forgets parameters that come with the IV.
        Mem.putInt(context + OpenSslContext.TAG_APART, algorithms.foreign(suite) ? 1 : 0);
        try {
            if (suite.encryption() != Encryption.NULL) {
                MemorySegment cipher = libcrypto.EVP_CIPHER_CTX_new();
                Mem.putLong(context + OpenSslContext.CIPHER, cipher.address());
                MemorySegment cipherKey = key.segment().asSlice(0, suite.keyLength());
                keyCipher(cipher, algorithms, suite, cipherKey, direction);
            }
            if (suite.integrity() != Integrity.NONE) {
                long from = (long) suite.keyLength() + suite.saltLength();
                keyMac(context, algorithms, suite, key.segment().asSlice(from));
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
            MemorySegment context,
            OpenSslAlgorithms algorithms,
            Suite suite,
            MemorySegment key,
            CryptoBurst.Operation direction)
            throws CryptoException {
        MemorySegment cipher = algorithms.cipher(suite.encryption());
        boolean done =
                context.address() != 0
                        && (isCcm(suite)
                                ? initCcm(direction, context, cipher, suite, key)
                                : init(direction, context, cipher, key))
                        && unpadded(context, suite);
        if (!done) {
            throw OpenSslErrors.exception("cannot key " + suite.keyword());
        }
    }

    private static boolean isCcm(Suite suite) {
        return suite.mode() == CipherMode.CCM || suite.mode() == CipherMode.CCM_IIV;
    }

    /** CCM's key schedule wants to know the lengths first. */
    private static boolean initCcm(
            CryptoBurst.Operation direction,
            MemorySegment context,
            MemorySegment cipher,
            Suite suite,
            MemorySegment key) {
        MemorySegment none = MemorySegment.NULL;
        int setIv = libcrypto.EVP_CTRL_AEAD_SET_IVLEN();
        int setTag = libcrypto.EVP_CTRL_AEAD_SET_TAG();
        int nonce = suite.mode().nonceLength();
        return init(direction, context, cipher, none)
                && libcrypto.EVP_CIPHER_CTX_ctrl(context, setIv, nonce, none) == 1
                && libcrypto.EVP_CIPHER_CTX_ctrl(context, setTag, suite.icvLength(), none) == 1
                && init(direction, context, none, key);
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

    private static void keyMac(
            long context, OpenSslAlgorithms algorithms, Suite suite, MemorySegment key)
            throws CryptoException {
        if (suite.integrity() == Integrity.AES_XCBC_96) {
            Xcbc.key(context, algorithms, key);
        } else {
            MemorySegment mac = algorithms.newMac(suite.integrity(), key);
            Mem.putLong(context + OpenSslContext.MAC, mac.address());
        }
    }
}
