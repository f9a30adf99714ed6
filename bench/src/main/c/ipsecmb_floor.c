#if __has_include(<intel-ipsec-mb.h>)

#include <dlfcn.h>
#include <stdlib.h>

#include "ipsecmb_queue.h"
#include "floor.h"

#define ALWAYS static inline __attribute__((always_inline))

static IMB_MGR *manager;

#if IMB_VERSION_NUM >= IMB_VERSION(2, 0, 0)
#define LIBRARY "libIPSec_MB.so.2"
#else
#define LIBRARY "libIPSec_MB.so.1"
#endif

/* Makes ready, with the library that the engine uses; answers whether it could be. */
EXPORT int floor_ipsecmb_prepare(const struct packets *p) {
    (void)p;
    if (manager == NULL) {
        const char *chosen = getenv("ESPLANADE_IPSECMB");
        void *library = dlopen(chosen != NULL && *chosen != 0 ? chosen : LIBRARY, RTLD_NOW);
        if (library == NULL) {
            return 0;
        }
        __typeof__(alloc_mb_mgr) *alloc =
            (__typeof__(alloc_mb_mgr) *)dlsym(library, "alloc_mb_mgr");
        __typeof__(init_mb_mgr_auto) *init =
            (__typeof__(init_mb_mgr_auto) *)dlsym(library, "init_mb_mgr_auto");
        manager = alloc != NULL && init != NULL ? alloc(0) : NULL;
        if (manager != NULL) {
            init(manager, NULL);
        }
    }
    return manager != NULL;
}

static aes_gcm_enc_dec_t gcm_function(const struct ipsecmb_context *c, int kind) {
    switch (c->key_length) {
    case 16:
        return kind == ENCRYPT ? manager->gcm128_enc : manager->gcm128_dec;
    case 24:
        return kind == ENCRYPT ? manager->gcm192_enc : manager->gcm192_dec;
    default:
        return kind == ENCRYPT ? manager->gcm256_enc : manager->gcm256_dec;
    }
}

/* A function for a whole packet. */
static uint32_t gcm(const struct packets *p) {
    const struct ipsecmb_context *const *contexts =
        (const struct ipsecmb_context *const *)p->contexts;
    aes_gcm_enc_dec_t function = gcm_function(contexts[0], (int)p->kind);
    struct gcm_context_data state;
    struct nonce nonces[BURST] = {0};
    uint8_t computed[TAG];
    uint32_t done = 0;
    uint32_t context = 0;
    for (uint32_t at = 0; at < p->count; at += BURST) {
        write_nonces(p, nonces, at);
        for (uint32_t i = 0; i < BURST; i++) {
            const struct ipsecmb_context *c = contexts[context];
            uint8_t *payload = p->payloads[at + i];
            context = after(p, context);
            __builtin_prefetch(&contexts[after(p, context)]->keys.gcm);
            prefetch_packet(p, at + i + AHEAD);
            uint8_t *tag = payload + p->tag_at;
            function(
                &c->keys.gcm, &state, payload, payload, p->text_length, nonces[i].iv,
                nonces[i].aad, p->aad_length, p->kind == ENCRYPT ? tag : computed, p->tag_length);
            done += p->kind == ENCRYPT || same(computed, tag, p->tag_length);
        }
    }
    return done;
}

/* GCM of no text. */
static uint32_t gmac(const struct packets *p) {
    const struct ipsecmb_context *first = p->contexts[0];
    int key = first->key_length == 16 ? 0 : first->key_length == 24 ? 1 : 2;
    aes_gmac_init_t init = ((aes_gmac_init_t[]){
        manager->gmac128_init, manager->gmac192_init, manager->gmac256_init})[key];
    aes_gmac_update_t update = ((aes_gmac_update_t[]){
        manager->gmac128_update, manager->gmac192_update, manager->gmac256_update})[key];
    aes_gmac_finalize_t finalize = ((aes_gmac_finalize_t[]){
        manager->gmac128_finalize, manager->gmac192_finalize,
        manager->gmac256_finalize})[key];
    struct gcm_context_data state;
    struct nonce nonces[BURST] = {0};
    uint8_t computed[TAG];
    uint32_t done = 0;
    for (uint32_t at = 0; at < p->count; at++) {
        if (at % BURST == 0) {
            write_nonces(p, nonces, at);
        }
        prefetch_packet(p, at + AHEAD);
        const struct ipsecmb_context *c = p->contexts[at % p->context_count];
        const struct nonce *n = nonces + at % BURST;
        uint8_t *payload = p->payloads[at];
        uint8_t *tag = payload + p->tag_at;
        init(&c->keys.gcm, &state, n->iv, p->nonce_length);
        update(&c->keys.gcm, &state, n->aad, p->aad_length);
        update(&c->keys.gcm, &state, payload - p->auth_before, p->auth_length);
        finalize(&c->keys.gcm, &state, p->kind == ENCRYPT ? tag : computed, p->tag_length);
        done += p->kind == ENCRYPT || same(computed, tag, p->tag_length);
    }
    return done;
}

static uint32_t finish(const struct packets *p, const IMB_JOB *job) {
    return job->status == IMB_STATUS_COMPLETED &&
           (p->kind == ENCRYPT || same(job->auth_tag_output, job->user_data, p->tag_length));
}

ALWAYS void fill(
    const struct packets *p, IMB_JOB *job, uint8_t *payload, const struct nonce *n, uint8_t *tag,
    enum mac mac) {
    uint8_t *text = p->text_length > 0 ? payload - p->text_before : payload - p->auth_before;
    job->src = text;
    job->dst = text;
    job->msg_len_to_cipher_in_bytes = p->text_length;
    job->iv = n->iv;
    job->auth_tag_output = p->kind == ENCRYPT ? payload + p->tag_at : tag;
    job->user_data = payload + p->tag_at;
    if (mac != NO_MAC) {
        if (p->text_length == 0) {
            job->cipher_mode = IMB_CIPHER_NULL;
        }
        job->hash_start_src_offset_in_bytes =
            (uintptr_t)(payload - p->auth_before) - (uintptr_t)text;
        job->msg_len_to_hash_in_bytes = p->auth_length;
        return;
    }
    job->msg_len_to_hash_in_bytes = p->text_length;
    if (job->cipher_mode == IMB_CIPHER_CCM) {
        job->u.CCM.aad = n->aad;
        job->u.CCM.aad_len_in_bytes = p->aad_length;
    } else {
        job->u.CHACHA20_POLY1305.aad = n->aad;
        job->u.CHACHA20_POLY1305.aad_len_in_bytes = p->aad_length;
    }
}

/* Jobs, of which ipsec-mb works on as many at a time as the processor has room for. */
static uint32_t jobs(const struct packets *p) {
    IMB_MGR *m = manager;
    struct nonce nonces[BURST] = {0};
    uint8_t tags[BURST][TAG];
    uint32_t done = 0;
    for (uint32_t at = 0; at < p->count; at += BURST) {
        write_nonces(p, nonces, at);
        for (uint32_t i = 0; i < BURST; i++) {
            const struct ipsecmb_context *c = p->contexts[(at + i) % p->context_count];
            prefetch_packet(p, at + i + AHEAD);
            IMB_JOB *job = m->get_next_job(m);
            *job = c->keys.job.job;
            fill(p, job, p->payloads[at + i], nonces + i, tags[i], (enum mac)c->mac);
            for (job = m->submit_job_nocheck(m); job != NULL; job = m->get_completed_job(m)) {
                done += finish(p, job);
            }
        }
        for (IMB_JOB *job = m->flush_job(m); job != NULL; job = m->flush_job(m)) {
            done += finish(p, job);
        }
    }
    return done;
}

/* Runs all packets; answers how many went well. */
EXPORT uint32_t floor_ipsecmb(const struct packets *p) {
    const struct ipsecmb_context *first = p->contexts[0];
    switch (first->cipher) {
    case AES_GCM:
        return gcm(p);
    case AES_GMAC:
        return gmac(p);
    default:
        return jobs(p);
    }
}

#endif
