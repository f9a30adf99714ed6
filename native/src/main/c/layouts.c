/*
 * What this library and the engine's Java classes must see alike, as one number: it changes with any
 * of it. NativeLibrary.java has the same number, and refuses a library with another one. (What is not
 * in it: a function that takes other arguments than before needs another name.)
 */

#include "algorithms.h"
#include "openssl.h"

#define AT(type, field) offsetof(struct type, field)

static const uint32_t LAYOUTS[] = {
    ENCRYPT, DECRYPT, PENDING, OK, BAD_TAG, ERROR,
    AT(operation, context), AT(operation, data), AT(operation, length), AT(operation, kind),
    AT(operation, status), AT(operation, iv_length), AT(operation, tag_length),
    AT(operation, aad), AT(operation, unused), AT(operation, aad_length), AT(operation, iv),
    AT(operation, auth_input), AT(operation, auth_length), AT(operation, trailing_length),
    AT(operation, tag), AT(operation, trailing), AT(operation, unused_too),
    sizeof(struct operation),
    AEAD, CCM, AUTHENTICATED_ONLY, ENCRYPT_THEN_MAC, ENCRYPT_THEN_XCBC,
    AT(openssl_context, cipher), AT(openssl_context, mac), AT(openssl_context, kind),
    AT(openssl_context, nonce_length), AT(openssl_context, tag_apart),
    AT(openssl_context, unused), AT(openssl_context, whole), AT(openssl_context, partial),
    sizeof(struct openssl_context),
    AT(openssl, init), AT(openssl, update), AT(openssl, final), AT(openssl, get_params),
    AT(openssl, set_params), AT(openssl, mac_init), AT(openssl, mac_update),
    AT(openssl, mac_final), AT(openssl, get_error), sizeof(struct openssl),
    AES_GCM, AES_GMAC, AES_CCM, CHACHA20_POLY1305, AES_CBC, AES_CTR, TRIPLE_DES_CBC, NULL_CIPHER,
    NO_MAC, HMAC_SHA1, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512, AES_XCBC, AES_CMAC,
};

EXPORT uint32_t esplanade_layouts(void) {
    uint32_t number = 0;
    for (size_t i = 0; i < sizeof(LAYOUTS) / sizeof(*LAYOUTS); i++) {
        number = 31 * number + LAYOUTS[i];
    }
    return number;
}
