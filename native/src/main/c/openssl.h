/* A burst of AEAD operations through libcrypto. */

#ifndef ESPLANADE_OPENSSL_H
#define ESPLANADE_OPENSSL_H

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "burst.h"

/* What a context is: OpenSslContext.java has the rest of it. Other kinds are done in Java. */
enum { AEAD = 0 };

struct openssl_context {
    EVP_CIPHER_CTX *cipher;
    EVP_MAC_CTX *mac;
    uint32_t kind;
    uint32_t nonce_length;
};

/*
 * Where libcrypto's functions are. This library is not linked with libcrypto: it uses the one that
 * the engine has found. NativeQueue.java fills this in, in this order.
 */
struct openssl {
    __typeof__(EVP_EncryptInit_ex2) *encrypt_init;
    __typeof__(EVP_EncryptUpdate) *encrypt_update;
    __typeof__(EVP_EncryptFinal_ex) *encrypt_final;
    __typeof__(EVP_CIPHER_CTX_get_params) *get_params;
    __typeof__(EVP_DecryptInit_ex2) *decrypt_init;
    __typeof__(EVP_DecryptUpdate) *decrypt_update;
    __typeof__(EVP_DecryptFinal_ex) *decrypt_final;
    __typeof__(ERR_clear_error) *clear_error;
};

/*
 * Runs the operations from .. from + n - 1 and writes each one's status, but for those of a kind
 * that is not done here, which stay pending. Contexts are struct openssl_context, keyed for the
 * operation's direction; no two threads use one at a time. Answers how many operations are left.
 */
uint32_t esplanade_openssl_submit(
    const struct openssl *f, struct operation *burst, uint32_t from, uint32_t n);

#endif
