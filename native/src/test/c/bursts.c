/* What a provider does with whole bursts, of any suite; memory.c and the sanitizers watch. */

#include "test.h"

enum { LONGEST_PACKET = HEADER + LONGEST_TEXT + LONGEST_TAG, MOST_SUITES = 32 };

/* A suite's contexts for one random key, both ways. */
struct keyed {
    const struct suite *suite;
    void *encrypting, *decrypting;
};

struct keys {
    uint8_t cipher[LONGEST_KEY], mac[LONGEST_MAC_KEY];
};

static struct keys random_keys(void) {
    struct keys keys;
    random_bytes(keys.cipher, sizeof(keys.cipher));
    random_bytes(keys.mac, sizeof(keys.mac));
    return keys;
}

/* Without contexts where the provider has no such suite. */
static struct keyed key(
    const struct provider *provider, const struct suite *suite, const struct keys *keys) {
    return (struct keyed){
        .suite = suite,
        .encrypting = provider->new_context(suite, keys->cipher, keys->mac, ENCRYPT),
        .decrypting = provider->new_context(suite, keys->cipher, keys->mac, DECRYPT),
    };
}

static struct keyed random_key(const struct provider *provider, const struct suite *suite) {
    struct keys keys = random_keys();
    return key(provider, suite, &keys);
}

static void free_keyed(const struct provider *provider, const struct keyed *k) {
    if (k->encrypting != NULL) {
        provider->free_context(k->encrypting);
        provider->free_context(k->decrypting);
    }
}

static void reverse(struct operation *o, const struct keyed *k) {
    o->context = k->decrypting;
    o->kind = DECRYPT;
    o->status = PENDING;
}

/* A forged tag is its own operation's only; operations out of range are not touched. */
static void a_burst(const struct provider *provider, const struct suite *suite) {
    enum { N = 32, FIRST = 3, MEANT = 20, FORGED = 7 };
    struct operation ops[N];
    uint8_t plain[N][LONGEST_TEXT];
    struct keyed k = random_key(provider, suite);
    for (uint32_t i = 0; i < N; i++) {
        fill(&ops[i], i, suite, k.encrypting, ENCRYPT, i * 47, i % 2);
        memcpy(plain[i], whole(&ops[i]), whole_length(&ops[i]));
    }
    CHECK(provider->submit(ops, 0, N) == 0);
    for (uint32_t i = 0; i < N; i++) {
        CHECK(ops[i].status == OK);
        reverse(&ops[i], &k);
    }
    ops[FORGED].tag[ops[FORGED].tag_length - 1] ^= 0x80;
    CHECK(provider->submit(ops, FIRST, MEANT) == 1);
    for (uint32_t i = 0; i < N; i++) {
        check_margins(whole(&ops[i]), whole_length(&ops[i]));
        if (i < FIRST || i >= FIRST + MEANT) {
            CHECK(ops[i].status == PENDING);
        } else if (i == FORGED) {
            CHECK(ops[i].status == BAD_TAG);
        } else {
            uint32_t length = whole_length(&ops[i]) - ops[i].tag_length;
            CHECK(ops[i].status == OK);
            CHECK(memcmp(whole(&ops[i]), plain[i], length) == 0);
        }
    }
    free_keyed(provider, &k);
}

static void every_bit_of_the_tag_counts(
    const struct provider *provider, const struct suite *suite) {
    struct keyed k = random_key(provider, suite);
    struct operation o;
    fill(&o, 0, suite, k.encrypting, ENCRYPT, 0, 1);
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    reverse(&o, &k);
    for (uint32_t bit = 0; bit < suite->tag_length * 8; bit++) {
        o.tag[bit / 8] ^= (uint8_t)(1 << bit % 8);
        provider->submit(&o, 0, 1);
        CHECK(o.status == BAD_TAG);
        o.tag[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    free_keyed(provider, &k);
}

/* The high half of the sequence number. No text, because what is forged may decrypt it in place. */
static void what_is_not_sent_counts(const struct provider *provider, const struct suite *suite) {
    struct keyed k = random_key(provider, suite);
    struct operation o;
    fill(&o, 0, suite, k.encrypting, ENCRYPT, 0, 1);
    provider->submit(&o, 0, 1);
    reverse(&o, &k);
    o.trailing ^= 1;
    o.aad[0] ^= 1;
    provider->submit(&o, 0, 1);
    CHECK(o.status == BAD_TAG);
    o.trailing ^= 1;
    o.aad[0] ^= 1;
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    free_keyed(provider, &k);
}

/* As in AH, whose ICV stands before what it is for: nothing behind that may change. */
static void the_tag_may_be_elsewhere(const struct provider *provider, const struct suite *suite) {
    struct keyed k = random_key(provider, suite);
    struct operation o;
    uint8_t beside[LONGEST_TAG], wanted[LONGEST_TAG], elsewhere[LONGEST_TAG];
    fill(&o, 0, suite, k.encrypting, ENCRYPT, 0, 1);
    memcpy(beside, o.tag, suite->tag_length);
    uint8_t *behind = o.tag;
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    memcpy(wanted, o.tag, suite->tag_length);
    memcpy(behind, beside, suite->tag_length);
    o.tag = elsewhere;
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    CHECK(memcmp(elsewhere, wanted, suite->tag_length) == 0);
    reverse(&o, &k);
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    CHECK(memcmp(behind, beside, suite->tag_length) == 0);
    free_keyed(provider, &k);
}

static void what_cannot_be_is_an_error(
    const struct provider *provider, const struct suite *suite) {
    struct keyed k = random_key(provider, suite);
    struct operation o;
    fill(&o, 0, suite, k.encrypting, ENCRYPT, 48, 0);
    o.iv_length++;
    CHECK(provider->submit(&o, 0, 1) == 1);
    CHECK(o.status == ERROR);
    o.iv_length--;
    o.tag_length = 65;
    provider->submit(&o, 0, 1);
    CHECK(o.status == ERROR);
    o.tag_length = (uint8_t)suite->tag_length;
    o.aad_length = sizeof(o.aad) + 1;
    provider->submit(&o, 0, 1);
    CHECK(o.status == ERROR);
    o.aad_length = suite->mac == NO_MAC ? 8 : 0;
    if (suite->mac != NO_MAC) {
        o.trailing_length = sizeof(o.trailing) + 1;
        provider->submit(&o, 0, 1);
        CHECK(o.status == ERROR);
        o.trailing_length = 0;
    }
    if (suite->cipher == AES_CBC || suite->cipher == TRIPLE_DES_CBC) {
        o.length--;
        provider->submit(&o, 0, 1);
        CHECK(o.status == ERROR);
        o.length++;
    }
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    free_keyed(provider, &k);
}

/* Contexts by the ten thousand, each used beside others of any age and suite, and freed. */
static void contexts_come_and_go(const struct provider *provider) {
    enum { ALIVE = 48, MADE = 5000, N = 16 };
    static struct keyed alive[ALIVE];
    for (uint32_t made = 0; made < MADE; made++) {
        struct keyed *replaced = &alive[random_number(ALIVE)];
        free_keyed(provider, replaced);
        *replaced = random_key(provider, &SUITES[made % SUITE_COUNT]);
        if (made % 2 == 0) {
            continue;
        }
        struct operation ops[N];
        const struct keyed *used[N];
        uint32_t n = 0;
        for (uint32_t i = 0; i < N; i++) {
            used[n] = i == 0 ? replaced : &alive[random_number(ALIVE)];
            if (used[n]->encrypting != NULL) {
                uint32_t length = random_number(200);
                fill(&ops[n], n, used[n]->suite, used[n]->encrypting, ENCRYPT, length, i % 2);
                n++;
            }
        }
        provider->submit(ops, 0, n);
        for (uint32_t i = 0; i < n; i++) {
            CHECK(ops[i].status == OK);
            reverse(&ops[i], used[i]);
        }
        provider->submit(ops, 0, n);
        for (uint32_t i = 0; i < n; i++) {
            CHECK(ops[i].status == OK);
        }
    }
    for (uint32_t i = 0; i < ALIVE; i++) {
        free_keyed(provider, &alive[i]);
        alive[i] = (struct keyed){0};
    }
}

void test_bursts(const struct provider *provider) {
    uint32_t served = 0;
    for (uint32_t i = 0; i < SUITE_COUNT; i++) {
        struct keyed k = random_key(provider, &SUITES[i]);
        free_keyed(provider, &k);
        if (k.encrypting != NULL) {
            served++;
            a_burst(provider, &SUITES[i]);
            every_bit_of_the_tag_counts(provider, &SUITES[i]);
            what_is_not_sent_counts(provider, &SUITES[i]);
            if (SUITES[i].mac != NO_MAC || SUITES[i].cipher == AES_GMAC) {
                the_tag_may_be_elsewhere(provider, &SUITES[i]);
            }
            what_cannot_be_is_an_error(provider, &SUITES[i]);
        }
    }
    contexts_come_and_go(provider);
    printf("native: %s runs bursts of %u of %u suites\n", provider->name, served, SUITE_COUNT);
}

/* A burst made by both, compared, and decrypted by both. */
static void agree(
    const struct provider *const providers[2], const struct keyed *const keyed[2], uint32_t suites,
    uint32_t lengths[], uint32_t n) {
    static uint8_t plain[MOST_OPERATIONS][LONGEST_PACKET], sealed[MOST_OPERATIONS][LONGEST_PACKET];
    struct operation ops[MOST_OPERATIONS];
    for (uint32_t i = 0; i < n; i++) {
        const struct keyed *k = &keyed[0][i % suites];
        fill(&ops[i], i, k->suite, k->encrypting, ENCRYPT, lengths[i], (int)random_number(2));
        memcpy(plain[i], whole(&ops[i]), whole_length(&ops[i]));
    }
    for (int p = 0; p < 2; p++) {
        for (uint32_t i = 0; i < n; i++) {
            memcpy(whole(&ops[i]), plain[i], whole_length(&ops[i]));
            ops[i].context = keyed[p][i % suites].encrypting;
        }
        providers[p]->submit(ops, 0, n);
        for (uint32_t i = 0; i < n; i++) {
            CHECK(ops[i].status == OK);
            CHECK(p == 0 || memcmp(sealed[i], whole(&ops[i]), whole_length(&ops[i])) == 0);
            memcpy(sealed[i], whole(&ops[i]), whole_length(&ops[i]));
            check_margins(whole(&ops[i]), whole_length(&ops[i]));
        }
    }
    for (int p = 0; p < 2; p++) {
        for (uint32_t i = 0; i < n; i++) {
            memcpy(whole(&ops[i]), sealed[i], whole_length(&ops[i]));
            reverse(&ops[i], &keyed[p][i % suites]);
        }
        providers[p]->submit(ops, 0, n);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t length = whole_length(&ops[i]) - ops[i].tag_length;
            CHECK(ops[i].status == OK);
            CHECK(memcmp(plain[i], whole(&ops[i]), length) == 0);
            CHECK(memcmp(sealed[i] + length, ops[i].tag, ops[i].tag_length) == 0);
        }
    }
}

void test_agreement(const struct provider *one, const struct provider *other) {
    const struct provider *providers[] = {one, other};
    struct keyed keyed[2][MOST_SUITES];
    uint32_t lengths[MOST_OPERATIONS], served = 0;
    for (uint32_t i = 0; i < SUITE_COUNT; i++) {
        struct keys keys = random_keys();
        keyed[1][served] = key(other, &SUITES[i], &keys);
        if (keyed[1][served].encrypting != NULL) {
            keyed[0][served++] = key(one, &SUITES[i], &keys);
        }
    }
    for (uint32_t i = 0; i < served; i++) {
        const struct keyed *alone[] = {&keyed[0][i], &keyed[1][i]};
        for (uint32_t from = 0; from < 320; from += MOST_OPERATIONS) {
            for (uint32_t j = 0; j < MOST_OPERATIONS; j++) {
                lengths[j] = from + j;
            }
            agree(providers, alone, 1, lengths, MOST_OPERATIONS);
        }
    }
    const struct keyed *all[] = {keyed[0], keyed[1]};
    for (int round = 0; round < 50; round++) {
        for (uint32_t j = 0; j < MOST_OPERATIONS; j++) {
            lengths[j] = random_number(round % 2 ? 100 : LONGEST_TEXT);
        }
        agree(providers, all, served, lengths, MOST_OPERATIONS);
    }
    for (uint32_t i = 0; i < served; i++) {
        free_keyed(one, &keyed[0][i]);
        free_keyed(other, &keyed[1][i]);
    }
    printf("native: %s and %s agree\n", one->name, other->name);
}
