/* What the tests of the C library share. */

#ifndef ESPLANADE_TEST_H
#define ESPLANADE_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "burst.h"

#define CHECK(condition)                                                              \
    do {                                                                              \
        if (!(condition)) {                                                           \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                  \
        }                                                                             \
    } while (0)

enum { TAG = 16, AAD = 12, LONGEST_KEY = 32 };

/* Something that keys contexts and runs bursts: what the tests are repeated for. */
struct provider {
    const char *name;
    void *(*new_context)(const uint8_t *key, int key_length, enum kind kind);
    void (*free_context)(void *context);
    void (*submit)(struct operation *burst, uint32_t from, uint32_t n);
};

extern const struct provider openssl_provider;

void test_gcm(const struct provider *provider);

#endif
