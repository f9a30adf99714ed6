/* AES-GCM through a provider: known answers, forgeries, and bounds that the sanitizer watches. */

#include "test.h"

/*
 * McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B: cases whose IV has
 * 96 bits and whose AAD fits an operation; and one of NIST's with AAD, from gcmEncryptExtIV128.rsp.
 */
static const struct answer {
    const char *key, *iv, *aad, *plain, *sealed, *tag;
} ANSWERS[] = {
    {"00000000000000000000000000000000", "000000000000000000000000", "", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {"00000000000000000000000000000000", "000000000000000000000000", "",
     "00000000000000000000000000000000", "0388dace60b6a392f328c2b971b2fe78",
     "ab6e47d42cec13bdf53a67b21257bddf"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c", "cafebabefacedbaddecaf888", "",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c"
     "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710acade256",
     "9924a7c8587336bfb118024db8674a14"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
     "b094dac5d93471bdec1a502270e3cc6c"},
    {"c939cc13397c1d37de6ae0e1cb7c423c", "b3d8cc017cbb89b39e0f67e2",
     "24825602bd12a984e0092d3e448eda5f", "c3b3c41f113a31b73d9a5cd432103069",
     "93fe7d9e9bfd10348a5606e5cafa7354", "0032a1dc85f1c9786925a2e71d8272dd"},
};

static const struct provider *provider;

static uint32_t unhex(const char *hex, uint8_t *bytes) {
    uint32_t n = (uint32_t)strlen(hex) / 2;
    for (uint32_t i = 0; i < n; i++) {
        unsigned byte;
        CHECK(sscanf(hex + 2 * i, "%2x", &byte) == 1);
        bytes[i] = (uint8_t)byte;
    }
    return n;
}

/* An operation on a packet of its own: exactly the data and the tag, so that a byte more shows. */
static void fill(struct operation *o, void *context, enum kind kind, uint32_t length) {
    uint8_t *packet = malloc(length + TAG);
    CHECK(packet != NULL);
    memset(packet, 0x5a, length + TAG);
    *o = (struct operation){
        .context = context, .input = packet, .output = packet, .length = length,
        .kind = (uint8_t)kind, .status = PENDING, .iv_length = 12, .tag_length = TAG,
        .tag = packet + length, .aad_length = AAD,
    };
}

static void drop(struct operation *o) {
    free(o->output);
}

static void known_answer(const struct answer *a) {
    uint8_t key[LONGEST_KEY], plain[64], sealed[64], tag[TAG];
    int key_length = (int)unhex(a->key, key);
    uint32_t length = unhex(a->plain, plain);
    unhex(a->sealed, sealed);
    unhex(a->tag, tag);
    struct operation o;
    void *context = provider->new_context(key, key_length, ENCRYPT);
    fill(&o, context, ENCRYPT, length);
    unhex(a->iv, o.iv);
    o.aad_length = unhex(a->aad, o.aad);
    memcpy(o.output, plain, length);
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    CHECK(memcmp(o.output, sealed, length) == 0);
    CHECK(memcmp(o.tag, tag, TAG) == 0);
    provider->free_context(context);

    o.context = provider->new_context(key, key_length, DECRYPT);
    o.kind = DECRYPT;
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    CHECK(memcmp(o.output, plain, length) == 0);
    provider->free_context(o.context);
    drop(&o);
}

static void *context_of(enum kind kind) {
    return provider->new_context((const uint8_t *)"0123456789abcdef", 16, kind);
}

/* A forged tag is its own operation's only; operations out of range are not touched. */
static void burst(void) {
    enum { N = 32, FIRST = 3, COUNT = 20, FORGED = 7 };
    struct operation ops[N];
    void *encrypting = context_of(ENCRYPT), *decrypting = context_of(DECRYPT);
    for (uint32_t i = 0; i < N; i++) {
        fill(&ops[i], encrypting, ENCRYPT, i * 47);
        ops[i].iv[11] = (uint8_t)i;
    }
    provider->submit(ops, 0, N);
    for (uint32_t i = 0; i < N; i++) {
        CHECK(ops[i].status == OK);
        ops[i].context = decrypting;
        ops[i].kind = DECRYPT;
        ops[i].status = PENDING;
    }
    ops[FORGED].tag[TAG - 1] ^= 0x80;
    provider->submit(ops, FIRST, COUNT);
    for (uint32_t i = 0; i < N; i++) {
        if (i < FIRST || i >= FIRST + COUNT) {
            CHECK(ops[i].status == PENDING);
        } else {
            CHECK(ops[i].status == (i == FORGED ? BAD_TAG : OK));
            for (uint32_t b = 0; i != FORGED && b < ops[i].length; b++) {
                CHECK(ops[i].output[b] == 0x5a);
            }
        }
        drop(&ops[i]);
    }
    provider->free_context(encrypting);
    provider->free_context(decrypting);
}

static void every_bit_of_the_tag_counts(void) {
    void *encrypting = context_of(ENCRYPT), *decrypting = context_of(DECRYPT);
    struct operation o;
    fill(&o, encrypting, ENCRYPT, 0);
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    o.context = decrypting;
    o.kind = DECRYPT;
    for (int bit = 0; bit < TAG * 8; bit++) {
        o.tag[bit / 8] ^= (uint8_t)(1 << bit % 8);
        provider->submit(&o, 0, 1);
        CHECK(o.status == BAD_TAG);
        o.tag[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    drop(&o);
    provider->free_context(encrypting);
    provider->free_context(decrypting);
}

static void lengths_that_cannot_be_are_errors(void) {
    void *context = context_of(ENCRYPT);
    struct operation o;
    fill(&o, context, ENCRYPT, 40);
    o.iv_length = 8;
    provider->submit(&o, 0, 1);
    CHECK(o.status == ERROR);
    o.iv_length = 12;
    o.tag_length = TAG + 1;
    provider->submit(&o, 0, 1);
    CHECK(o.status == ERROR);
    o.tag_length = TAG;
    o.aad_length = sizeof(o.aad) + 1;
    provider->submit(&o, 0, 1);
    CHECK(o.status == ERROR);
    o.aad_length = AAD;
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    drop(&o);
    provider->free_context(context);
}

void test_gcm(const struct provider *tested) {
    provider = tested;
    for (size_t i = 0; i < sizeof(ANSWERS) / sizeof(*ANSWERS); i++) {
        known_answer(&ANSWERS[i]);
    }
    burst();
    every_bit_of_the_tag_counts();
    lengths_that_cannot_be_are_errors();
    printf("native: AES-GCM through %s is right\n", provider->name);
}
