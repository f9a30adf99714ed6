/*
 * Floors: what a burst of packets costs a C program that does nothing else. Each is the sequence of
 * calls that is known to be the fastest.
 */

#ifndef ESPLANADE_FLOOR_H
#define ESPLANADE_FLOOR_H

#include "burst.h"

enum { BURST = 32, IV = 12 };

/* Packets of one length, encrypted in place; Packets.java fills it in. */
struct packets {
    void *const *contexts; /* packet i is of context i mod context_count */
    uint8_t *const *texts;
    uint32_t context_count;
    uint32_t length;
    uint32_t aad_length;
    uint32_t tag_length; /* the tag follows the text */
};

_Static_assert(sizeof(struct packets) == 32, "struct packets");

/* What differs from packet to packet and is written before the burst, not before the packet. */
struct nonce {
    uint8_t iv[16];
    uint8_t aad[16];
};

static inline void write_nonces(struct nonce *nonces, uint64_t first) {
    for (uint32_t i = 0; i < BURST; i++) {
        uint64_t number = __builtin_bswap64(first + i);
        __builtin_memcpy(nonces[i].iv + 4, &number, sizeof(number));
        __builtin_memcpy(nonces[i].aad + 4, &number, sizeof(number));
    }
}

static inline void prefetch_packet(const struct packets *p, const uint8_t *text) {
    for (uint32_t at = 0; at < p->length + p->tag_length; at += CACHE_LINE) {
        __builtin_prefetch(text + at, 1);
    }
}

#endif
