/* What the tests of the C library share. */

#ifndef ESPLANADE_TEST_H
#define ESPLANADE_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms.h"
#include "burst.h"

#define CHECK(condition)                                                              \
    do {                                                                              \
        if (!(condition)) {                                                           \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                  \
        }                                                                             \
    } while (0)

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum {
    LONGEST_KEY = 32,
    LONGEST_MAC_KEY = 64,
    LONGEST_TAG = 32,
    LONGEST_TEXT = 2000,
    HEADER = 8, /* authenticated before the text by a suite with a separate MAC */
    MOST_OPERATIONS = 64
};

/* A suite in the terms of the engine's; lengths in bytes. */
struct suite {
    const char *name;
    enum cipher cipher;
    uint32_t key_length, nonce_length;
    enum mac mac;
    uint32_t mac_key_length, tag_length;
};

/* Every cipher with every length of key, and every MAC. */
extern const struct suite SUITES[];
extern const uint32_t SUITE_COUNT;

/* Something that keys contexts and runs bursts: what the tests are repeated for. */
struct provider {
    const char *name;
    /* Makes it ready, or answers why there is none. */
    const char *(*open)(void);
    /* NULL if it has no such suite. */
    void *(*new_context)(
        const struct suite *suite, const uint8_t *key, const uint8_t *mac_key, enum kind kind);
    void (*free_context)(void *context);
    uint32_t (*submit)(struct operation *burst, uint32_t from, uint32_t n);
    void (*close)(void);
};

extern const struct provider openssl_provider;

/* ipsec-mb with the best instructions there are, and with those that every processor has. */
extern const struct provider ipsecmb_provider, ipsecmb_sse_provider;

/* Whoever reads behind its end, or anything of it once it is freed, ends the process. */
void *guarded(size_t size);
void free_guarded(void *memory, size_t size);

/* A packet of an operation of a burst, each in memory of its own, which the next one takes over. */
uint8_t *packet(uint32_t operation, uint32_t size);

/* Checks that nothing was written before or behind the packet that is there. */
void check_margins(const uint8_t *packet, uint32_t size);

uint32_t random_number(uint32_t below);
void random_bytes(uint8_t *bytes, uint32_t n);

/*
 * An operation on a random packet of its own, in place; the length is rounded to the suite's blocks.
 * The whole packet is what begins HEADER before its text and ends with its tag.
 */
void fill(
    struct operation *o, uint32_t index, const struct suite *suite, void *context, enum kind kind,
    uint32_t length, int esn);

uint8_t *whole(const struct operation *o);
uint32_t whole_length(const struct operation *o);

void test_answers(const struct provider *provider);
void test_bursts(const struct provider *provider);
void test_agreement(const struct provider *one, const struct provider *other);

#endif
