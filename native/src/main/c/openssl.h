/* A burst of AEAD operations through libcrypto. */

#ifndef ESPLANADE_OPENSSL_H
#define ESPLANADE_OPENSSL_H

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "burst.h"

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
 * Runs the operations from .. from + n - 1 and writes each one's status. Contexts are
 * EVP_CIPHER_CTX, keyed for the operation's direction; no two threads use one at a time.
 */
void esplanade_openssl_submit(
    const struct openssl *f, struct operation *burst, uint32_t from, uint32_t n);

#endif
