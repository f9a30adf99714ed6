#include "openssl.h"
#include "floor.h"

static int encrypt(
    const struct openssl *f, EVP_CIPHER_CTX *c, const struct packets *p, uint8_t *text,
    const struct nonce *n) {
    OSSL_PARAM tag[] = {
        {OSSL_CIPHER_PARAM_AEAD_TAG, OSSL_PARAM_OCTET_STRING, text + p->length, p->tag_length,
         OSSL_PARAM_UNMODIFIED},
        OSSL_PARAM_END,
    };
    int written;
    return f->init[ENCRYPT](c, NULL, NULL, n->iv, NULL) == 1 &&
           f->update[ENCRYPT](c, NULL, &written, n->aad, (int)p->aad_length) == 1 &&
           f->update[ENCRYPT](c, text, &written, text, (int)p->length) == 1 &&
           f->final[ENCRYPT](c, text + p->length, &written) == 1 && f->get_params(c, tag) == 1;
}

static int decrypt(
    const struct openssl *f, EVP_CIPHER_CTX *c, const struct packets *p, uint8_t *text,
    const struct nonce *n) {
    const OSSL_PARAM tag[] = {
        {OSSL_CIPHER_PARAM_AEAD_TAG, OSSL_PARAM_OCTET_STRING, text + p->length, p->tag_length,
         OSSL_PARAM_UNMODIFIED},
        OSSL_PARAM_END,
    };
    int written;
    return f->init[DECRYPT](c, NULL, NULL, n->iv, tag) == 1 &&
           f->update[DECRYPT](c, NULL, &written, n->aad, (int)p->aad_length) == 1 &&
           f->update[DECRYPT](c, text, &written, text, (int)p->length) == 1 &&
           f->final[DECRYPT](c, text + p->length, &written) == 1;
}

/* What libcrypto itself needs of the engine's contexts. */
EXPORT void floor_openssl_contexts(void **contexts, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        contexts[i] = ((struct openssl_context *)contexts[i])->cipher;
    }
}

/* Runs the packets first .. first + n - 1, n in whole bursts; answers how many went well. */
EXPORT uint32_t floor_openssl_aead(
    const struct openssl *f, const struct packets *p, uint32_t kind, uint32_t first, uint32_t n) {
    struct nonce nonces[BURST] = {0};
    uint32_t done = 0;
    uint32_t context = first % p->context_count;
    for (uint32_t at = first; at < first + n; at += BURST) {
        write_nonces(nonces, at);
        for (uint32_t i = 0; i < BURST; i++) {
            EVP_CIPHER_CTX *c = p->contexts[context];
            context = context + 1 == p->context_count ? 0 : context + 1;
            if (at + i + 1 < first + n) {
                __builtin_prefetch(p->contexts[context]);
                prefetch_packet(p, p->texts[at + i + 1]);
            }
            uint8_t *text = p->texts[at + i];
            done += (uint32_t)(kind == ENCRYPT ? encrypt(f, c, p, text, nonces + i)
                                               : decrypt(f, c, p, text, nonces + i));
        }
    }
    return done;
}
