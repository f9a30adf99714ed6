package io.esplanade.ffi.openssl;

import static io.esplanade.ffi.openssl.libcrypto.*;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** libcrypto answers as its manual pages and the standards say. */
class LibcryptoTest {
    // McGrew and Viega, The Galois/Counter Mode of Operation, test case 4
    private static final String KEY = "feffe9928665731c6d6a8f9467308308";
    private static final String IV = "cafebabefacedbaddecaf888";
    private static final String AAD = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
    private static final String CLEAR =
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                    + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
    private static final String SEALED =
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                    + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091";
    private static final String TAG = "5bc94fbc3221a5db94fae95ae7121a47";
    private static final int TAG_LENGTH = 16;

    private final Arena arena = Arena.ofConfined();

    @BeforeAll
    static void load() {
        Libcrypto.load();
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void theVersionIsThree() {
        assertThat(OPENSSL_version_major()).isEqualTo(3);
        assertThat(OpenSSL_version(OPENSSL_VERSION()).getString(0)).startsWith("OpenSSL 3.");
        assertThat(OpenSSL_version_num() >>> 28).isEqualTo(3);
    }

    @Test
    void theInitialisationIsTheHeadersOwn() {
        assertThat(Libcrypto.NO_ATEXIT).isEqualTo(OPENSSL_INIT_NO_ATEXIT());
    }

    @Test
    void aesGcmGivesTheKnownAnswer() {
        var tag = arena.allocate(TAG_LENGTH);
        var out = arena.allocate(CLEAR.length() / 2);
        var context = context(true);
        update(true, context, MemorySegment.NULL, AAD);
        update(true, context, out, CLEAR);
        var length = arena.allocate(C_INT);
        assertThat(EVP_EncryptFinal_ex(context, out, length)).isOne();
        assertThat(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG(), TAG_LENGTH, tag)).isOne();
        assertThat(hex(out)).isEqualTo(SEALED);
        assertThat(hex(tag)).isEqualTo(TAG);

        var again = arena.allocate(TAG_LENGTH);
        assertThat(EVP_CIPHER_CTX_get_params(context, tagParameter(again))).isOne();
        assertThat(hex(again)).isEqualTo(TAG);
        EVP_CIPHER_CTX_free(context);
    }

    @Test
    void theRightTagOpensAndAnyOtherDoesNot() {
        assertThat(opens(TAG)).isTrue();
        assertThat(opens("5a" + TAG.substring(2))).isFalse();
    }

    private boolean opens(String tag) {
        var out = arena.allocate(SEALED.length() / 2);
        var context = context(false);
        update(false, context, MemorySegment.NULL, AAD);
        update(false, context, out, SEALED);
        assertThat(EVP_CIPHER_CTX_set_params(context, tagParameter(bytes(tag)))).isOne();
        boolean good = EVP_DecryptFinal_ex(context, out, arena.allocate(C_INT)) == 1;
        assertThat(hex(out)).isEqualTo(CLEAR);
        EVP_CIPHER_CTX_free(context);
        return good;
    }

    private MemorySegment context(boolean encrypt) {
        var name = arena.allocateFrom("AES-128-GCM");
        var cipher = EVP_CIPHER_fetch(MemorySegment.NULL, name, MemorySegment.NULL);
        assertThat(EVP_CIPHER_get_key_length(cipher)).isEqualTo(16);
        var context = EVP_CIPHER_CTX_new();
        var none = MemorySegment.NULL;
        assertThat(
                        encrypt
                                ? EVP_EncryptInit_ex2(context, cipher, bytes(KEY), bytes(IV), none)
                                : EVP_DecryptInit_ex2(context, cipher, bytes(KEY), bytes(IV), none))
                .isOne();
        EVP_CIPHER_free(cipher);
        return context;
    }

    private void update(boolean encrypt, MemorySegment context, MemorySegment out, String input) {
        var length = arena.allocate(C_INT);
        var in = bytes(input);
        int size = (int) in.byteSize();
        assertThat(
                        encrypt
                                ? EVP_EncryptUpdate(context, out, length, in, size)
                                : EVP_DecryptUpdate(context, out, length, in, size))
                .isOne();
        assertThat(length.get(C_INT, 0)).isEqualTo(size);
    }

    /** An array of the one parameter and the end; both come by value. */
    private MemorySegment tagParameter(MemorySegment tag) {
        var parameters = ossl_param_st.allocateArray(2, arena);
        ossl_param_st
                .asSlice(parameters, 0)
                .copyFrom(
                        OSSL_PARAM_construct_octet_string(
                                arena, OSSL_CIPHER_PARAM_AEAD_TAG(), tag, tag.byteSize()));
        ossl_param_st.asSlice(parameters, 1).copyFrom(OSSL_PARAM_construct_end(arena));
        assertThat(ossl_param_st.data_type(parameters)).isEqualTo(OSSL_PARAM_OCTET_STRING());
        assertThat(ossl_param_st.data_size(parameters)).isEqualTo(TAG_LENGTH);
        return parameters;
    }

    @Test
    void hmacGivesTheKnownAnswerOfRfc4231() {
        var mac = EVP_MAC_fetch(MemorySegment.NULL, arena.allocateFrom("HMAC"), MemorySegment.NULL);
        var context = EVP_MAC_CTX_new(mac);
        var parameters = ossl_param_st.allocateArray(2, arena);
        ossl_param_st
                .asSlice(parameters, 0)
                .copyFrom(
                        OSSL_PARAM_construct_utf8_string(
                                arena, OSSL_MAC_PARAM_DIGEST(), arena.allocateFrom("SHA256"), 0));
        var key = bytes("0b".repeat(20));
        var data = arena.allocateFrom("Hi There");
        var out = arena.allocate(32);
        assertThat(EVP_MAC_init(context, key, key.byteSize(), parameters)).isOne();
        assertThat(EVP_MAC_update(context, data, data.byteSize() - 1)).isOne();
        assertThat(EVP_MAC_final(context, out, arena.allocate(C_LONG), out.byteSize())).isOne();
        assertThat(hex(out))
                .isEqualTo("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        EVP_MAC_CTX_free(context);
        EVP_MAC_free(mac);
    }

    @Test
    void anErrorSaysWhatWentWrong() {
        ERR_clear_error();
        var none =
                EVP_CIPHER_fetch(
                        MemorySegment.NULL, arena.allocateFrom("ROT13"), MemorySegment.NULL);
        assertThat(none).isEqualTo(MemorySegment.NULL);
        var text = arena.allocate(256);
        ERR_error_string_n(ERR_get_error(), text, text.byteSize());
        assertThat(text.getString(0)).contains("unsupported");
        assertThat(ERR_peek_error()).isZero();
    }

    @Test
    void randomBytesDiffer() {
        var first = arena.allocate(32);
        var second = arena.allocate(32);
        assertThat(RAND_bytes(first, 32)).isOne();
        assertThat(RAND_priv_bytes(second, 32)).isOne();
        assertThat(CRYPTO_memcmp(first, second, 32)).isNotZero();
        OPENSSL_cleanse(first, 32);
        assertThat(hex(first)).isEqualTo("00".repeat(32));
    }

    private MemorySegment bytes(String hex) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, HexFormat.of().parseHex(hex));
    }

    private static String hex(MemorySegment bytes) {
        return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
    }
}
