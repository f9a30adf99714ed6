#include "openssl.h"
#include "test.h"

static const struct openssl FUNCTIONS = {
    .init = {EVP_EncryptInit_ex2, EVP_DecryptInit_ex2},
    .update = {EVP_EncryptUpdate, EVP_DecryptUpdate},
    .final = {EVP_EncryptFinal_ex, EVP_DecryptFinal_ex},
    .get_params = EVP_CIPHER_CTX_get_params,
    .set_params = EVP_CIPHER_CTX_set_params,
    .mac_init = EVP_MAC_init,
    .mac_update = EVP_MAC_update,
    .mac_final = EVP_MAC_final,
    .get_error = ERR_get_error,
};

static const char *open_libcrypto(void) {
    return NULL; /* it is linked with the tests */
}

static enum openssl_kind kind_of(const struct suite *suite) {
    switch (suite->cipher) {
    case AES_GCM:
    case CHACHA20_POLY1305:
        return AEAD;
    case AES_GMAC:
        return AUTHENTICATED_ONLY;
    case AES_CCM:
        return CCM;
    default:
        return suite->mac == AES_XCBC ? ENCRYPT_THEN_XCBC : ENCRYPT_THEN_MAC;
    }
}

static const EVP_CIPHER *cipher_of(const struct suite *suite) {
    static const char *const modes[] = {
        [AES_GCM] = "GCM", [AES_GMAC] = "GCM", [AES_CCM] = "CCM",
        [AES_CBC] = "CBC", [AES_CTR] = "CTR",
    };
    if (suite->cipher == CHACHA20_POLY1305) {
        return EVP_chacha20_poly1305();
    }
    if (suite->cipher == TRIPLE_DES_CBC) {
        return EVP_des_ede3_cbc();
    }
    char name[16];
    snprintf(name, sizeof(name), "AES-%u-%s", suite->key_length * 8, modes[suite->cipher]);
    return EVP_get_cipherbyname(name);
}

static EVP_CIPHER_CTX *new_cipher(
    const struct suite *suite, const uint8_t *key, enum kind kind) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int encrypt = kind == ENCRYPT;
    CHECK(EVP_CipherInit_ex2(context, cipher_of(suite), NULL, NULL, encrypt, NULL) == 1);
    if (suite->cipher == AES_CCM) {
        int nonce = (int)suite->nonce_length, tag = (int)suite->tag_length;
        CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, nonce, NULL) == 1);
        CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag, NULL) == 1);
    }
    CHECK(EVP_CipherInit_ex2(context, NULL, key, NULL, encrypt, NULL) == 1);
    unsigned none = 0;
    OSSL_PARAM padding[] = {
        OSSL_PARAM_construct_uint(OSSL_CIPHER_PARAM_PADDING, &none), OSSL_PARAM_END};
    CHECK(EVP_CIPHER_CTX_set_params(context, padding) == 1);
    return context;
}

static EVP_MAC_CTX *new_mac(
    const char *name, const char *parameter, char *value, const uint8_t *key, uint32_t length) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, name, NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(parameter, value, 0), OSSL_PARAM_END};
    CHECK(EVP_MAC_init(context, key, length, params) == 1);
    EVP_MAC_free(mac);
    return context;
}

static EVP_MAC_CTX *new_cmac(const uint8_t *key) {
    char cipher[] = "AES-128-CBC";
    return new_mac("CMAC", OSSL_MAC_PARAM_CIPHER, cipher, key, XCBC_BLOCK);
}

static void encrypt_block(const uint8_t *key, uint8_t block[XCBC_BLOCK]) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written;
    CHECK(EVP_EncryptInit_ex2(context, EVP_aes_128_ecb(), key, NULL, NULL) == 1);
    CHECK(EVP_EncryptUpdate(context, block, &written, block, XCBC_BLOCK) == 1);
    EVP_CIPHER_CTX_free(context);
}

/* RFC 3566 §4, by CMAC, whose first subkey (RFC 4493 §2.3) is therefore taken out again. */
static void key_xcbc(struct openssl_context *context, const uint8_t *key) {
    uint8_t keys[3][XCBC_BLOCK], subkey[XCBC_BLOCK] = {0};
    for (int i = 0; i < 3; i++) {
        memset(keys[i], i + 1, XCBC_BLOCK);
        encrypt_block(key, keys[i]);
    }
    encrypt_block(keys[0], subkey);
    uint8_t carry = subkey[0] >> 7;
    for (int i = 0; i < XCBC_BLOCK; i++) {
        uint8_t next = i + 1 < XCBC_BLOCK ? subkey[i + 1] >> 7 : 0;
        subkey[i] = (uint8_t)(subkey[i] << 1 | next);
    }
    subkey[XCBC_BLOCK - 1] ^= carry ? 0x87 : 0;
    for (int i = 0; i < XCBC_BLOCK; i++) {
        context->whole[i] = keys[1][i] ^ subkey[i];
        context->partial[i] = keys[2][i] ^ subkey[i];
    }
    context->mac = new_cmac(keys[0]);
}

static void *new_context(
    const struct suite *suite, const uint8_t *key, const uint8_t *mac_key, enum kind kind) {
    static char digests[][8] = {
        [HMAC_SHA1] = "SHA1", [HMAC_SHA256] = "SHA256",
        [HMAC_SHA384] = "SHA384", [HMAC_SHA512] = "SHA512",
    };
    struct openssl_context *context = malloc(sizeof(*context));
    CHECK(context != NULL);
    *context = (struct openssl_context){
        .kind = kind_of(suite), .nonce_length = suite->nonce_length};
    if (suite->cipher != NULL_CIPHER) {
        context->cipher = new_cipher(suite, key, kind);
    }
    if (suite->mac == AES_XCBC) {
        key_xcbc(context, mac_key);
    } else if (suite->mac == AES_CMAC) {
        context->mac = new_cmac(mac_key);
    } else if (suite->mac != NO_MAC) {
        context->mac = new_mac(
            "HMAC", OSSL_MAC_PARAM_DIGEST, digests[suite->mac], mac_key, suite->mac_key_length);
    }
    return context;
}

static void free_context(void *memory) {
    struct openssl_context *context = memory;
    EVP_CIPHER_CTX_free(context->cipher);
    EVP_MAC_CTX_free(context->mac);
    free(context);
}

static uint32_t submit(struct operation *burst, uint32_t from, uint32_t n) {
    return esplanade_openssl_submit(&FUNCTIONS, burst, from, n);
    CHECK(ERR_peek_error() == 0);
}

static void close_libcrypto(void) {
}

const struct provider openssl_provider = {
    .name = "libcrypto",
    .open = open_libcrypto,
    .new_context = new_context,
    .free_context = free_context,
    .submit = submit,
    .close = close_libcrypto,
};
