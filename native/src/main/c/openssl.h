/* A burst of operations through libcrypto. */

#ifndef ESPLANADE_OPENSSL_H
#define ESPLANADE_OPENSSL_H

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "burst.h"

/* How a context's operations are done: OpenSslContext.java says more of it. */
enum openssl_kind { AEAD, CCM, AUTHENTICATED_ONLY, ENCRYPT_THEN_MAC, ENCRYPT_THEN_XCBC };

enum { XCBC_BLOCK = 16 };

struct openssl_context {
    EVP_CIPHER_CTX *cipher;
    EVP_MAC_CTX *mac;
    uint32_t kind;
    uint32_t nonce_length;
    uint32_t tag_apart; /* the tag to compare is not given with the IV, but in a call of its own */
    uint32_t unused;
    uint8_t whole[XCBC_BLOCK];
    uint8_t partial[XCBC_BLOCK];
};

_Static_assert(offsetof(struct openssl_context, cipher) == 0, "CIPHER");
_Static_assert(offsetof(struct openssl_context, mac) == 8, "MAC");
_Static_assert(offsetof(struct openssl_context, kind) == 16, "KIND");
_Static_assert(offsetof(struct openssl_context, nonce_length) == 20, "NONCE_LENGTH");
_Static_assert(offsetof(struct openssl_context, tag_apart) == 24, "TAG_APART");
_Static_assert(offsetof(struct openssl_context, whole) == 32, "WHOLE");
_Static_assert(offsetof(struct openssl_context, partial) == 48, "PARTIAL");

/*
 * Where libcrypto's functions are. This library is not linked with libcrypto: it uses the one that
 * the engine has found. NativeQueue.java fills this in, in this order.
 */
struct openssl {
    __typeof__(EVP_EncryptInit_ex2) *init[2]; /* for each enum kind */
    __typeof__(EVP_EncryptUpdate) *update[2];
    __typeof__(EVP_EncryptFinal_ex) *final[2];
    __typeof__(EVP_CIPHER_CTX_get_params) *get_params;
    __typeof__(EVP_CIPHER_CTX_set_params) *set_params;
    __typeof__(EVP_MAC_init) *mac_init;
    __typeof__(EVP_MAC_update) *mac_update;
    __typeof__(EVP_MAC_final) *mac_final;
    __typeof__(ERR_get_error) *get_error;
};

/*
 * Runs the operations from .. from + n - 1, writes each one's status, and answers how many did not
 * go well. Contexts are struct openssl_context, keyed for the operation's direction; no two threads
 * use one at a time.
 */
uint32_t esplanade_openssl_submit(
    const struct openssl *f, struct operation *burst, uint32_t from, uint32_t n);

#endif
