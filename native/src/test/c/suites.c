#include "test.h"

const struct suite SUITES[] = {
    {"aes128gcm16", AES_GCM, 16, 12, NO_MAC, 0, 16},
    {"aes192gcm12", AES_GCM, 24, 12, NO_MAC, 0, 12},
    {"aes256gcm8", AES_GCM, 32, 12, NO_MAC, 0, 8},
    {"aes128gmac", AES_GMAC, 16, 12, NO_MAC, 0, 16},
    {"aes192gmac", AES_GMAC, 24, 12, NO_MAC, 0, 16},
    {"aes256gmac", AES_GMAC, 32, 12, NO_MAC, 0, 16},
    {"aes128ccm8", AES_CCM, 16, 11, NO_MAC, 0, 8},
    {"aes192ccm12", AES_CCM, 24, 11, NO_MAC, 0, 12},
    {"aes256ccm16", AES_CCM, 32, 11, NO_MAC, 0, 16},
    {"chacha20poly1305", CHACHA20_POLY1305, 32, 12, NO_MAC, 0, 16},
    {"aes128-sha256", AES_CBC, 16, 16, HMAC_SHA256, 32, 16},
    {"aes192-sha1", AES_CBC, 24, 16, HMAC_SHA1, 20, 12},
    {"aes256-sha512", AES_CBC, 32, 16, HMAC_SHA512, 64, 32},
    {"aes128ctr-sha384", AES_CTR, 16, 16, HMAC_SHA384, 48, 24},
    {"aes192ctr-aesxcbc", AES_CTR, 24, 16, AES_XCBC, 16, 12},
    {"aes256ctr-aescmac", AES_CTR, 32, 16, AES_CMAC, 16, 12},
    {"3des-sha1", TRIPLE_DES_CBC, 24, 8, HMAC_SHA1, 20, 12},
    {"null-sha256", NULL_CIPHER, 0, 0, HMAC_SHA256, 32, 16},
    {"null-aesxcbc", NULL_CIPHER, 0, 0, AES_XCBC, 16, 12},
    {"null-aescmac", NULL_CIPHER, 0, 0, AES_CMAC, 16, 12},
};

const uint32_t SUITE_COUNT = COUNT(SUITES);

static uint32_t block(const struct suite *suite) {
    return suite->cipher == AES_CBC ? 16 : suite->cipher == TRIPLE_DES_CBC ? 8 : 1;
}

/* Always the same numbers, so that what fails fails again. */
uint32_t random_number(uint32_t below) {
    static uint64_t state = 4303;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

void random_bytes(uint8_t *bytes, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)random_number(256);
    }
}

void fill(
    struct operation *o, uint32_t index, const struct suite *suite, void *context, enum kind kind,
    uint32_t length, int esn) {
    length -= length % block(suite);
    int separate = suite->mac != NO_MAC;
    int encrypts = suite->cipher != NULL_CIPHER && suite->cipher != AES_GMAC;
    uint8_t *text = packet(index, HEADER + length + suite->tag_length) + HEADER;
    random_bytes(text - HEADER, HEADER + length + suite->tag_length);
    *o = (struct operation){
        .context = context,
        .data = text,
        .length = encrypts ? length : 0,
        .kind = (uint8_t)kind,
        .status = PENDING,
        .iv_length = (uint8_t)suite->nonce_length,
        .tag_length = (uint8_t)suite->tag_length,
        .tag = text + length, /* as it is of an AEAD anyhow */
        .aad_length = separate ? 0 : esn ? 12 : 8,
        .trailing = random_number(1u << 31),
        .trailing_length = esn ? 4 : 0, /* which of an AEAD's means nothing */
        .auth_input = separate ? text - HEADER : text,
        .auth_length = separate ? HEADER + length : length,
    };
    random_bytes(o->iv, suite->nonce_length);
    random_bytes(o->aad, o->aad_length);
}

uint8_t *whole(const struct operation *o) {
    return o->data - HEADER;
}

uint32_t whole_length(const struct operation *o) {
    return (uint32_t)(o->tag + o->tag_length - whole(o));
}
