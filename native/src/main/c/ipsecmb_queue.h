/* What keying and running operations share of a queue. */

#ifndef ESPLANADE_IPSECMB_QUEUE_H
#define ESPLANADE_IPSECMB_QUEUE_H

#include "ipsecmb.h"

enum { LONGEST_TAG = IMB_SHA512_DIGEST_SIZE_IN_BYTES };

/* What a job under way needs besides its operation. */
struct slot {
    uint8_t computed[LONGEST_TAG];
    uint8_t *tag;    /* the operation's */
    uint8_t *behind; /* where the bytes that are not sent stand; NULL if there are none */
    uint32_t displaced;
};

/* The manager lies behind it. */
struct ipsecmb_queue {
    IMB_MGR *manager;
    uint32_t jobs;
    uint32_t failed;
    _Alignas(CACHE_LINE) struct gcm_context_data gcm;
    _Alignas(CACHE_LINE) struct slot slots[IMB_MAX_JOBS];
};

#endif
