#include "openssl.h"
#include "floor.h"

/* What libcrypto needs of the engine's contexts, one behind the other. */
struct keyed {
    EVP_CIPHER_CTX *cipher;
    EVP_MAC_CTX *mac;
};

_Static_assert(sizeof(struct keyed) == 16, "own");

#define ALWAYS static inline __attribute__((always_inline))

ALWAYS int aead(
    const struct openssl *f, const struct keyed *c, const struct packets *p, uint8_t *payload,
    const struct nonce *n, enum openssl_kind how, int kind) {
    OSSL_PARAM tag[] = {
        {OSSL_CIPHER_PARAM_AEAD_TAG, OSSL_PARAM_OCTET_STRING, payload + p->tag_at, p->tag_length,
         OSSL_PARAM_UNMODIFIED},
        OSSL_PARAM_END,
    };
    int written;
    int length = (int)p->text_length;
    return f->init[kind](c->cipher, NULL, NULL, n->iv, kind == DECRYPT ? tag : NULL) == 1 &&
           (how != CCM || f->update[kind](c->cipher, NULL, &written, NULL, length) == 1) &&
           f->update[kind](c->cipher, NULL, &written, n->aad, (int)p->aad_length) == 1 &&
           (how == AUTHENTICATED_ONLY
                ? f->update[kind](
                      c->cipher, NULL, &written, payload - p->auth_before,
                      (int)p->auth_length) == 1
                : f->update[kind](c->cipher, payload, &written, payload, length) == 1) &&
           (how == CCM || f->final[kind](c->cipher, payload + length, &written) == 1) &&
           (kind == DECRYPT || f->get_params(c->cipher, tag) == 1);
}

ALWAYS int crypt(
    const struct openssl *f, const struct keyed *c, const struct packets *p, uint8_t *payload,
    const struct nonce *n, int kind) {
    uint8_t *text = payload - p->text_before;
    int written;
    return p->text_length == 0 ||
           (f->init[kind](c->cipher, NULL, NULL, n->iv, NULL) == 1 &&
            f->update[kind](c->cipher, text, &written, text, (int)p->text_length) == 1);
}

ALWAYS int mac(
    const struct openssl *f, const struct keyed *c, const struct packets *p,
    const uint8_t *payload, uint8_t *tag) {
    size_t written;
    return f->mac_init(c->mac, NULL, 0, NULL) == 1 &&
           f->mac_update(c->mac, payload - p->auth_before, p->auth_length) == 1 &&
           f->mac_final(c->mac, tag, &written, TAG) == 1;
}

ALWAYS int encrypt_then_mac(
    const struct openssl *f, const struct keyed *c, const struct packets *p, uint8_t *payload,
    const struct nonce *n, int kind) {
    uint8_t tag[TAG];
    if (kind == ENCRYPT) {
        int done = crypt(f, c, p, payload, n, kind) && mac(f, c, p, payload, tag);
        memcpy(payload + p->tag_at, tag, p->tag_length);
        return done;
    }
    return mac(f, c, p, payload, tag) && same(tag, payload + p->tag_at, p->tag_length) &&
           crypt(f, c, p, payload, n, kind);
}

ALWAYS uint32_t loop(const struct packets *p, enum openssl_kind how, int kind) {
    const struct openssl *f = p->library;
    const struct keyed *contexts = p->own;
    struct nonce nonces[BURST] = {0};
    uint32_t done = 0;
    uint32_t context = 0;
    for (uint32_t at = 0; at < p->count; at += BURST) {
        write_nonces(p, nonces, at);
        for (uint32_t i = 0; i < BURST; i++) {
            const struct keyed *c = contexts + context;
            uint8_t *payload = p->payloads[at + i];
            context = after(p, context);
            __builtin_prefetch(contexts[after(p, context)].cipher);
            prefetch_packet(p, at + i + AHEAD);
            done += (uint32_t)(how == ENCRYPT_THEN_MAC
                                   ? encrypt_then_mac(f, c, p, payload, nonces + i, kind)
                                   : aead(f, c, p, payload, nonces + i, how, kind));
        }
    }
    return done;
}

ALWAYS uint32_t loops(const struct packets *p, enum openssl_kind how) {
    return p->kind == ENCRYPT ? loop(p, how, ENCRYPT) : loop(p, how, DECRYPT);
}

/* Makes ready for packets of these contexts; answers whether there is a loop for such. */
EXPORT int floor_openssl_prepare(const struct packets *p) {
    struct keyed *keyed = p->own;
    for (uint32_t i = 0; i < p->context_count; i++) {
        const struct openssl_context *c = p->contexts[i];
        keyed[i] = (struct keyed){c->cipher, c->mac};
    }
    const struct openssl_context *first = p->contexts[0];
    return first->kind != ENCRYPT_THEN_XCBC; /* which libcrypto has not */
}

/* Runs all packets; answers how many went well. */
EXPORT uint32_t floor_openssl(const struct packets *p) {
    switch (((const struct openssl_context *)p->contexts[0])->kind) {
    case AEAD:
        return loops(p, AEAD);
    case CCM:
        return loops(p, CCM);
    case AUTHENTICATED_ONLY:
        return loops(p, AUTHENTICATED_ONLY);
    default:
        return loops(p, ENCRYPT_THEN_MAC);
    }
}
