/*
 * Floors: what packets cost a C program that does their cryptography and nothing else. Each is the
 * sequence of calls that is known to be the fastest.
 */

#ifndef ESPLANADE_FLOOR_H
#define ESPLANADE_FLOOR_H

#include <string.h>

#include "burst.h"

enum { BURST = 32, NONCE = 16, TAG = 64 };

/* Packets of one shape, worked on in place; NativeFloor.java fills it in. */
struct packets {
    void *const *contexts; /* the engine's; packet i is of context i mod context_count */
    uint8_t *const *payloads;
    void *own; /* 16 bytes for each context, for the loop's own purposes */
    const void *library; /* for libcrypto, struct openssl */
    uint32_t count; /* whole bursts */
    uint32_t context_count;
    uint32_t kind;
    uint32_t text_before; /* bytes before the payload that are encrypted too */
    uint32_t text_length; /* from there; 0 if nothing is encrypted */
    uint32_t auth_before; /* the same for what is authenticated where it lies */
    uint32_t auth_length;
    uint32_t aad_length;
    uint32_t nonce_length;
    uint32_t tag_at; /* counted from the payload */
    uint32_t tag_length;
    uint32_t unused;
};

_Static_assert(sizeof(struct packets) == 80, "struct packets");

/* What differs from packet to packet: written for a burst, so that no packet waits for its own. */
struct nonce {
    uint8_t iv[NONCE];
    uint8_t aad[NONCE];
};

/* The number of packet i is i + 1, in the last 8 bytes of nonce and of additional data. */
static inline void write_nonces(const struct packets *p, struct nonce *nonces, uint32_t at) {
    for (uint32_t i = 0; i < BURST; i++) {
        uint64_t number = __builtin_bswap64((uint64_t)at + i + 1);
        if (p->nonce_length > 0) {
            memcpy(nonces[i].iv + p->nonce_length - sizeof(number), &number, sizeof(number));
        }
        if (p->aad_length > 0) {
            memcpy(nonces[i].aad + p->aad_length - sizeof(number), &number, sizeof(number));
        }
    }
}

/* How many packets are fetched before their turn, as the engine does it. */
enum { AHEAD = 2 };

static inline void prefetch_packet(const struct packets *p, uint32_t packet) {
    if (packet < p->count) {
        uint32_t end = p->tag_at + p->tag_length;
        for (uint32_t at = 0; at < end; at += CACHE_LINE) {
            __builtin_prefetch(p->payloads[packet] + at, 1);
        }
    }
}

/* The context of the next packet. */
static inline uint32_t after(const struct packets *p, uint32_t context) {
    return context + 1 == p->context_count ? 0 : context + 1;
}

#endif
