/*
 * A burst of operations through ipsec-mb, Intel's multi-buffer library. What is here compiles where
 * <intel-ipsec-mb.h> is; its structures change with the library's major version.
 */

#ifndef ESPLANADE_IPSECMB_H
#define ESPLANADE_IPSECMB_H

#define NO_COMPAT_IMB_API_053 /* names of old, such as ENCRYPT */
#include <intel-ipsec-mb.h>

#include "algorithms.h"
#include "burst.h"

/*
 * Where ipsec-mb's functions are, once it is open. This library is not linked with it, because it
 * must load where there is none.
 */
struct ipsecmb {
    __typeof__(imb_get_version) *version;
    __typeof__(imb_get_version_str) *version_text;
    __typeof__(imb_get_strerror) *error_text;
    __typeof__(imb_get_errno) *error;
    __typeof__(imb_get_mb_mgr_size) *manager_size;
    __typeof__(imb_set_pointers_mb_mgr) *set_pointers;
    __typeof__(init_mb_mgr_auto) *init;
};

extern struct ipsecmb ipsecmb;

enum { AES_BLOCK = 16, AES_SCHEDULE = 15 * AES_BLOCK, AES_128_SCHEDULE = 11 * AES_BLOCK };

/* Keys of an algorithm other than GCM: what its jobs point to. */
struct job_keys {
    /* All that a job says of its SA; the packet is filled in. */
    IMB_JOB job;
    union {
        struct {
            _Alignas(AES_BLOCK) uint8_t encrypting[AES_SCHEDULE];
            _Alignas(AES_BLOCK) uint8_t decrypting[AES_SCHEDULE];
        } aes;
        struct {
            uint64_t schedules[3][IMB_DES_KEY_SCHED_SIZE / sizeof(uint64_t)];
            const void *pointers[3];
        } des;
        uint8_t chacha20[32];
    } cipher;
    union {
        struct {
            _Alignas(AES_BLOCK) uint8_t inner[IMB_SHA512_DIGEST_SIZE_IN_BYTES];
            _Alignas(AES_BLOCK) uint8_t outer[IMB_SHA512_DIGEST_SIZE_IN_BYTES];
        } hmac;
        struct {
            _Alignas(AES_BLOCK) uint8_t schedule[AES_128_SCHEDULE];
            _Alignas(AES_BLOCK) uint8_t whole[AES_BLOCK];
            _Alignas(AES_BLOCK) uint8_t partial[AES_BLOCK];
        } block;
    } mac;
};

/*
 * One SA's keys in one direction, only read once they are made. IpsecMbContext.java fills in what
 * stands before the keys.
 */
struct ipsecmb_context {
    uint32_t cipher;
    uint32_t mac;
    uint32_t kind;
    uint32_t key_length;
    uint32_t nonce_length;
    uint32_t tag_length;
    union {
        _Alignas(CACHE_LINE) struct gcm_key_data gcm;
        struct job_keys job;
    } keys;
};

_Static_assert(offsetof(struct ipsecmb_context, cipher) == 0, "CIPHER");
_Static_assert(offsetof(struct ipsecmb_context, mac) == 4, "MAC");
_Static_assert(offsetof(struct ipsecmb_context, kind) == 8, "OPERATION");
_Static_assert(offsetof(struct ipsecmb_context, key_length) == 12, "KEY_LENGTH");
_Static_assert(offsetof(struct ipsecmb_context, nonce_length) == 16, "NONCE_LENGTH");
_Static_assert(offsetof(struct ipsecmb_context, tag_length) == 20, "TAG_LENGTH");

struct ipsecmb_queue;

/* The file name of the library whose structures these are. */
const char *esplanade_ipsecmb_soname(void);

/*
 * Loads the library from a file, before all else. Answers NULL, or why it cannot be used.
 */
const char *esplanade_ipsecmb_open(const char *file);

/* The library's version, for people. */
const char *esplanade_ipsecmb_version(void);

/* Whether it has an enum cipher with keys of so many bytes, and right. */
int esplanade_ipsecmb_serves(uint32_t cipher, uint32_t key_length);

/* Bytes of a queue, and of a context; both begin at a multiple of a cache line. */
size_t esplanade_ipsecmb_queue_size(void);
size_t esplanade_ipsecmb_context_size(void);

/*
 * Makes a queue in memory of zeros. Answers NULL, or why there can be none: ipsec-mb does not run
 * on every processor.
 */
const char *esplanade_ipsecmb_init_queue(struct ipsecmb_queue *q);

/* The instructions that the queue uses, for people. */
const char *esplanade_ipsecmb_instructions(const struct ipsecmb_queue *q);

/*
 * Makes the keys of a context whose other fields are filled in. Any thread, if the queue is there
 * for nothing else. Answers whether it has such a thing.
 */
int esplanade_ipsecmb_key(
    const struct ipsecmb_queue *q, struct ipsecmb_context *c, const uint8_t *key,
    const uint8_t *mac_key);

/*
 * Runs the operations from .. from + n - 1, writes each one's status, and answers how many did not
 * go well. Contexts are struct ipsecmb_context. No two threads use one queue.
 */
uint32_t esplanade_ipsecmb_submit(
    struct ipsecmb_queue *q, struct operation *burst, uint32_t from, uint32_t n);

#endif
