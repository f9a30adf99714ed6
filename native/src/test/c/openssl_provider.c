#include "openssl.h"
#include "test.h"

static const struct openssl FUNCTIONS = {
    .init = {EVP_EncryptInit_ex2, EVP_DecryptInit_ex2},
    .update = {EVP_EncryptUpdate, EVP_DecryptUpdate},
    .final = {EVP_EncryptFinal_ex, EVP_DecryptFinal_ex},
    .get_params = EVP_CIPHER_CTX_get_params,
    .mac_init = EVP_MAC_init,
    .mac_update = EVP_MAC_update,
    .mac_final = EVP_MAC_final,
    .clear_error = ERR_clear_error,
};

static void *new_context(const uint8_t *key, int key_length, enum kind kind) {
    const EVP_CIPHER *cipher = key_length == 16   ? EVP_aes_128_gcm()
                               : key_length == 24 ? EVP_aes_192_gcm()
                                                  : EVP_aes_256_gcm();
    struct openssl_context *context = malloc(sizeof(*context));
    CHECK(context != NULL);
    *context = (struct openssl_context){
        .cipher = EVP_CIPHER_CTX_new(), .kind = AEAD, .nonce_length = 12};
    CHECK(EVP_CipherInit_ex2(context->cipher, cipher, key, NULL, kind == ENCRYPT, NULL) == 1);
    return context;
}

static void free_context(void *context) {
    EVP_CIPHER_CTX_free(((struct openssl_context *)context)->cipher);
    free(context);
}

static void submit(struct operation *burst, uint32_t from, uint32_t n) {
    esplanade_openssl_submit(&FUNCTIONS, burst, from, n);
    CHECK(ERR_peek_error() == 0);
}

const struct provider openssl_provider = {"libcrypto", new_context, free_context, submit};
