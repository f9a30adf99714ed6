#if __has_include(<intel-ipsec-mb.h>)

#include <dlfcn.h>
#include <string.h>

#include "ipsecmb_queue.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

#if IMB_VERSION_NUM >= IMB_VERSION(2, 0, 0)
#define MAJOR 2
#else
#define MAJOR 1
#endif

enum { LONGEST_JOB = UINT16_MAX - 1 - sizeof(uint32_t) };

struct ipsecmb ipsecmb;

EXPORT const char *esplanade_ipsecmb_soname(void) {
    return "libIPSec_MB.so." TEXT(MAJOR);
}

EXPORT const char *esplanade_ipsecmb_open(const char *file) {
    static struct ipsecmb found;
    static const struct {
        const char *name;
        void *function;
    } wanted[] = {
        {"imb_get_version", &found.version},
        {"imb_get_version_str", &found.version_text},
        {"imb_get_strerror", &found.error_text},
        {"imb_get_errno", &found.error},
        {"imb_get_mb_mgr_size", &found.manager_size},
        {"imb_set_pointers_mb_mgr", &found.set_pointers},
        {"init_mb_mgr_auto", &found.init},
    };
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        return dlerror();
    }
    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
        void *function = dlsym(library, wanted[i].name);
        if (function == NULL) {
            return dlerror();
        }
        memcpy(wanted[i].function, &function, sizeof(function));
    }
    if (found.version() >> 16 != MAJOR) {
        return "the library's version is not " TEXT(MAJOR) ".x";
    }
    ipsecmb = found;
    return NULL;
}

EXPORT const char *esplanade_ipsecmb_version(void) {
    return ipsecmb.version_text();
}

EXPORT int esplanade_ipsecmb_serves(uint32_t cipher, uint32_t key_length) {
    if (cipher == TRIPLE_DES_CBC) {
        /* That of 2.0 decrypts several packets at a time, with AVX-512, to something else. */
        return ipsecmb.version() != IMB_VERSION(2, 0, 0);
    }
    return cipher != AES_CCM || key_length != 24;
}

EXPORT size_t esplanade_ipsecmb_queue_size(void) {
    return sizeof(struct ipsecmb_queue) + ipsecmb.manager_size();
}

EXPORT size_t esplanade_ipsecmb_context_size(void) {
    return sizeof(struct ipsecmb_context);
}

EXPORT const char *esplanade_ipsecmb_init_queue(struct ipsecmb_queue *q) {
    q->manager = ipsecmb.set_pointers(q + 1, 0, 1);
    if (q->manager != NULL) {
        ipsecmb.init(q->manager, NULL);
    }
    int error = ipsecmb.error(q->manager);
    return error == 0 ? NULL : ipsecmb.error_text(error);
}

EXPORT const char *esplanade_ipsecmb_instructions(const struct ipsecmb_queue *q) {
    switch (q->manager->used_arch) {
    case IMB_ARCH_SSE:
        return "SSE";
#if MAJOR == 1
    case IMB_ARCH_AVX:
        return "AVX";
#endif
    case IMB_ARCH_AVX2:
        return "AVX2";
    case IMB_ARCH_AVX512:
        return "AVX-512";
    default:
        return "no AES instructions";
    }
}

static aes_gcm_enc_dec_t gcm_function(const IMB_MGR *m, const struct ipsecmb_context *c) {
    switch (c->key_length) {
    case 16:
        return c->kind == ENCRYPT ? m->gcm128_enc : m->gcm128_dec;
    case 24:
        return c->kind == ENCRYPT ? m->gcm192_enc : m->gcm192_dec;
    default:
        return c->kind == ENCRYPT ? m->gcm256_enc : m->gcm256_dec;
    }
}

/* A function for a whole packet: its jobs would do the same, after some bookkeeping. */
static enum status gcm(
    struct ipsecmb_queue *q, const struct ipsecmb_context *c, const struct operation *o) {
    uint8_t computed[IMB_MAX_TAG_LEN];
    uint8_t *tag = tag_behind(o);
    int encrypt = c->kind == ENCRYPT;
    gcm_function(q->manager, c)(
        &c->keys.gcm, &q->gcm, o->data, o->data, o->length, o->iv, o->aad, o->aad_length,
        encrypt ? tag : computed, o->tag_length);
    return encrypt || same(computed, tag, o->tag_length) ? OK : BAD_TAG;
}

/* GCM of no text, whose additional data lies in two places. */
static enum status gmac(
    struct ipsecmb_queue *q, const struct ipsecmb_context *c, const struct operation *o) {
    const IMB_MGR *m = q->manager;
    const struct gcm_key_data *key = &c->keys.gcm;
    uint8_t computed[IMB_MAX_TAG_LEN];
    aes_gmac_init_t init = c->key_length == 16   ? m->gmac128_init
                           : c->key_length == 24 ? m->gmac192_init
                                                 : m->gmac256_init;
    aes_gmac_update_t update = c->key_length == 16   ? m->gmac128_update
                               : c->key_length == 24 ? m->gmac192_update
                                                     : m->gmac256_update;
    aes_gmac_finalize_t finalize = c->key_length == 16   ? m->gmac128_finalize
                                   : c->key_length == 24 ? m->gmac192_finalize
                                                         : m->gmac256_finalize;
    init(key, &q->gcm, o->iv, o->iv_length);
    update(key, &q->gcm, o->aad, o->aad_length);
    update(key, &q->gcm, o->auth_input, o->auth_length);
    finalize(key, &q->gcm, c->kind == ENCRYPT ? o->tag : computed, o->tag_length);
    return c->kind == ENCRYPT || same(computed, o->tag, o->tag_length) ? OK : BAD_TAG;
}

static void say(struct ipsecmb_queue *q, struct operation *o, enum status status) {
    o->status = (uint8_t)status;
    q->failed += status != OK;
}

static void finish(struct ipsecmb_queue *q, const IMB_JOB *job) {
    struct operation *o = job->user_data;
    const struct slot *slot = job->user_data2;
    int decrypt = o->kind == DECRYPT;
    if (slot->behind != NULL && (decrypt || slot->tag != slot->behind)) {
        memcpy(slot->behind, &slot->displaced, sizeof(slot->displaced));
    }
    if (job->status != IMB_STATUS_COMPLETED) {
        say(q, o, ERROR);
    } else {
        say(q, o, decrypt && !same(slot->computed, slot->tag, o->tag_length) ? BAD_TAG : OK);
    }
}

/*
 * What is hashed must lie in one piece: the bytes that are not sent stand in for what is behind the
 * rest, which in ESP is the ICV, until the job is done.
 */
static void place_trailing(const struct operation *o, struct slot *slot) {
    slot->behind = (uint8_t *)o->auth_input + o->auth_length;
    memcpy(&slot->displaced, slot->behind, sizeof(slot->displaced));
    memcpy(slot->behind, &o->trailing, sizeof(o->trailing));
}

/* Offsets are counted from the text, and may be less than nothing: ipsec-mb only adds them. */
static void fill_encrypt_then_mac(IMB_JOB *job, const struct operation *o, struct slot *slot) {
    if (o->length == 0) {
        job->cipher_mode = IMB_CIPHER_NULL;
        job->src = o->auth_input;
    }
    job->hash_start_src_offset_in_bytes = (uintptr_t)o->auth_input - (uintptr_t)job->src;
    job->msg_len_to_hash_in_bytes = o->auth_length + o->trailing_length;
    if (o->trailing_length > 0) {
        place_trailing(o, slot);
    }
}

static void fill_aead(IMB_JOB *job, const struct operation *o) {
    job->msg_len_to_hash_in_bytes = o->length;
    if (job->cipher_mode == IMB_CIPHER_CCM) {
        job->u.CCM.aad = o->aad;
        job->u.CCM.aad_len_in_bytes = o->aad_length;
    } else {
        job->u.CHACHA20_POLY1305.aad = o->aad;
        job->u.CHACHA20_POLY1305.aad_len_in_bytes = o->aad_length;
    }
}

/* A job for ipsec-mb, which works on many at a time and answers those that are done. */
static void start(
    struct ipsecmb_queue *q, const struct ipsecmb_context *c, struct operation *o) {
    IMB_MGR *m = q->manager;
    struct slot *slot = &q->slots[q->jobs % IMB_MAX_JOBS];
    IMB_JOB *job = m->get_next_job(m);
    *job = c->keys.job.job;
    job->src = o->data;
    job->dst = o->data;
    job->msg_len_to_cipher_in_bytes = o->length;
    job->iv = o->iv;
    slot->tag = c->mac == NO_MAC ? tag_behind(o) : o->tag;
    job->auth_tag_output = c->kind == ENCRYPT ? slot->tag : slot->computed;
    job->user_data = o;
    job->user_data2 = slot;
    slot->behind = NULL;
    if (c->mac == NO_MAC) {
        fill_aead(job, o);
    } else {
        fill_encrypt_then_mac(job, o, slot);
    }
    q->jobs++;
    for (job = m->submit_job_nocheck(m); job != NULL; job = m->get_completed_job(m)) {
        finish(q, job);
    }
}

static void flush(struct ipsecmb_queue *q) {
    IMB_MGR *m = q->manager;
    for (IMB_JOB *job = m->flush_job(m); job != NULL; job = m->flush_job(m)) {
        finish(q, job);
    }
}

static uint32_t block(const struct ipsecmb_context *c) {
    return c->cipher == AES_CBC ? AES_BLOCK : c->cipher == TRIPLE_DES_CBC ? IMB_DES_BLOCK_SIZE : 1;
}

/*
 * What does not fit its context is refused here: not all of ipsec-mb's functions can say so, and
 * those that can take some 15 ns longer for it.
 */
static int fits(const struct ipsecmb_context *c, const struct operation *o) {
    return o->kind == c->kind && o->iv_length == c->nonce_length &&
           o->tag_length == c->tag_length && o->aad_length <= sizeof(o->aad);
}

/* A job counts bytes in 16 bits, and hashes at least one. */
static int fits_a_job(const struct ipsecmb_context *c, const struct operation *o) {
    if (o->length > LONGEST_JOB || o->length % block(c) != 0) {
        return 0;
    }
    if (c->mac == NO_MAC) {
        return 1; /* of an AEAD the operation's other lengths mean nothing */
    }
    return o->auth_length > 0 && o->auth_length <= LONGEST_JOB &&
           (o->trailing_length == 0 || o->trailing_length == sizeof(o->trailing));
}

EXPORT uint32_t esplanade_ipsecmb_submit(
    struct ipsecmb_queue *q, struct operation *burst, uint32_t from, uint32_t n) {
    const struct operation *first = burst + from, *end = first + n;
    q->jobs = 0;
    q->failed = 0;
    for (struct operation *o = burst + from; o < end; o++) {
        look_ahead(o, first, end);
        const struct ipsecmb_context *c = o->context;
        if (!fits(c, o)) {
            say(q, o, ERROR);
        } else if (c->cipher == AES_GCM) {
            say(q, o, gcm(q, c, o));
        } else if (c->cipher == AES_GMAC) {
            say(q, o, gmac(q, c, o));
        } else if (!fits_a_job(c, o)) {
            say(q, o, ERROR);
        } else {
            start(q, c, o);
        }
    }
    if (q->jobs > 0) {
        flush(q);
    }
    return q->failed;
}

#endif
