/* Published answers, through a provider. */

#include "test.h"

enum { LONGEST_ANSWER = 128 };

#define GCM(length) {"GCM", AES_GCM, length, 12, NO_MAC, 0, 16}
#define HMAC(mac, length, tag) {"HMAC", NULL_CIPHER, 0, 0, mac, length, tag}
#define ZEROS_16 "00000000000000000000000000000000"
#define B_16 "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
#define B_4 "0b0b0b0b"
#define HI_THERE "4869205468657265"
#define SINGLE_BLOCK_MESSAGE "53696e676c6520626c6f636b206d7367"

static const struct answer {
    const char *from;
    struct suite suite;
    const char *key, *iv, *aad, *plain, *sealed, *tag;
} ANSWERS[] = {
    /* Those with 96 bits of IV and no more AAD than an operation has room for. */
    {"McGrew and Viega, The Galois/Counter Mode, case 1", GCM(16), ZEROS_16,
     "000000000000000000000000", "", "", "", "58e2fccefa7e3061367f1d57a4e7455a"},
    {"case 2", GCM(16), ZEROS_16, "000000000000000000000000", "", ZEROS_16,
     "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf"},
    {"case 9", GCM(24), "feffe9928665731c6d6a8f9467308308feffe9928665731c",
     "cafebabefacedbaddecaf888", "",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c"
     "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710acade256",
     "9924a7c8587336bfb118024db8674a14"},
    {"case 15", GCM(32), "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
     "b094dac5d93471bdec1a502270e3cc6c"},
    {"NIST, gcmEncryptExtIV128.rsp", GCM(16), "c939cc13397c1d37de6ae0e1cb7c423c",
     "b3d8cc017cbb89b39e0f67e2", "24825602bd12a984e0092d3e448eda5f",
     "c3b3c41f113a31b73d9a5cd432103069", "93fe7d9e9bfd10348a5606e5cafa7354",
     "0032a1dc85f1c9786925a2e71d8272dd"},
    /* Its AAD, in two halves. */
    {"NIST, gcmEncryptExtIV128.rsp", {"GMAC", AES_GMAC, 16, 12, NO_MAC, 0, 16},
     "77be63708971c4e240d1cb79e8d77feb", "e0e00f19fed7ba0136a797f3", "7a43ec1d9c0a5a78",
     "a0b16533a6213cab", "a0b16533a6213cab", "209fcc8d3675ed938e9c7166709dd946"},
    {"RFC 3610 §8, packet vector 1", {"CCM", AES_CCM, 16, 13, NO_MAC, 0, 8},
     "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000003020100a0a1a2a3a4a5", "0001020304050607",
     "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
     "588c979a61c663d2f066d0c2c0f989806d5f6b61dac384", "17e8d12cfdf926e0"},
    {"RFC 8439 §2.8.2", {"ChaCha20-Poly1305", CHACHA20_POLY1305, 32, 12, NO_MAC, 0, 16},
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
     "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
     "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
     "637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
     "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
     "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
     "3ff4def08e4b7a9de576d26586cec64b6116",
     "1ae10b594f09e26a7e902ecbd0600691"},
    {"RFC 2202 §3, case 1", HMAC(HMAC_SHA1, 20, 12), B_16 B_4, "", "", HI_THERE, HI_THERE,
     "b617318655057264e28bc0b6"},
    {"RFC 4868 §2.7.2.1", HMAC(HMAC_SHA256, 32, 16), B_16 B_16, "", "", HI_THERE, HI_THERE,
     "198a607eb44bfbc69903a0f1cf2bbdc5"},
    {"RFC 4868 §2.7.2.2", HMAC(HMAC_SHA384, 48, 24), B_16 B_16 B_16, "", "", HI_THERE, HI_THERE,
     "b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee973"},
    {"RFC 4868 §2.7.2.3", HMAC(HMAC_SHA512, 64, 32), B_16 B_16 B_16 B_16, "", "", HI_THERE,
     HI_THERE, "637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8"},
    {"RFC 3566 §4.6, case 5", HMAC(AES_XCBC, 16, 12), "000102030405060708090a0b0c0d0e0f", "", "",
     "000102030405060708090a0b0c0d0e0f10111213", "000102030405060708090a0b0c0d0e0f10111213",
     "47f51b4564966215b8985c63"},
    {"RFC 3566 §4.6, case 6", HMAC(AES_XCBC, 16, 12), "000102030405060708090a0b0c0d0e0f", "", "",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "f54f0ec8d2b9f3d36807734b"},
    {"RFC 4493 §4, example 3", HMAC(AES_CMAC, 16, 12), "2b7e151628aed2a6abf7158809cf4f3c", "", "",
     "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
     "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
     "dfa66747de9ae63030ca3261"},
    /* The ICVs of these are Python's. */
    {"RFC 3602 §4, case 1", {"CBC", AES_CBC, 16, 16, HMAC_SHA256, 32, 16},
     "06a9214036b8a15b512e03d534120006" B_16 B_16, "3dafba429d9eb430b422da802c9fac41", "",
     SINGLE_BLOCK_MESSAGE, "e353779c1079aeb82708942dbe77181a",
     "145f8702af81a7d09ac21417548a00fe"},
    {"RFC 3686 §6, test vector 1", {"CTR", AES_CTR, 16, 16, HMAC_SHA256, 32, 16},
     "ae6852f8121067cc4bf7a5765577f39e" B_16 B_16, "00000030000000000000000000000001", "",
     SINGLE_BLOCK_MESSAGE, "e4095d4fb7a7b3792d6175a3261311b8",
     "9d6ef91715d42ba030711622a1ff380d"},
    {"NIST SP 800-67's cipher in CBC, by Python", {"3DES", TRIPLE_DES_CBC, 24, 8, HMAC_SHA1, 20, 12},
     "0123456789abcdef23456789abcdef01456789abcdef0123" B_16 B_4, "f69f2445df4f9b17", "",
     "6bc1bee22e409f96e93d7e117393172a", "2079c3d53aa763e193b79e2569ab5262",
     "0f84a382671c79ffb8a27bcb"},
};

static uint32_t unhex(const char *hex, uint8_t *bytes) {
    uint32_t n = (uint32_t)strlen(hex) / 2;
    for (uint32_t i = 0; i < n; i++) {
        unsigned byte;
        CHECK(sscanf(hex + 2 * i, "%2x", &byte) == 1);
        bytes[i] = (uint8_t)byte;
    }
    return n;
}

static int check(const struct provider *provider, const struct answer *a) {
    const struct suite *suite = &a->suite;
    uint8_t key[LONGEST_KEY + LONGEST_MAC_KEY];
    uint8_t plain[LONGEST_ANSWER], sealed[LONGEST_ANSWER], tag[LONGEST_TAG];
    CHECK(unhex(a->key, key) == suite->key_length + suite->mac_key_length);
    uint32_t length = unhex(a->plain, plain);
    unhex(a->sealed, sealed);
    CHECK(unhex(a->tag, tag) == suite->tag_length);
    const uint8_t *mac_key = key + suite->key_length;

    struct operation o;
    void *encrypting = provider->new_context(suite, key, mac_key, ENCRYPT);
    if (encrypting == NULL) {
        return 0;
    }
    fill(&o, 0, suite, encrypting, ENCRYPT, length, 0);
    CHECK(unhex(a->iv, o.iv) == suite->nonce_length);
    o.aad_length = unhex(a->aad, o.aad);
    o.auth_input = o.data;
    o.auth_length = length;
    memcpy(o.data, plain, length);
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    CHECK(memcmp(o.data, sealed, length) == 0);
    CHECK(memcmp(o.tag, tag, suite->tag_length) == 0);
    provider->free_context(encrypting);

    o.context = provider->new_context(suite, key, mac_key, DECRYPT);
    o.kind = DECRYPT;
    provider->submit(&o, 0, 1);
    CHECK(o.status == OK);
    CHECK(memcmp(o.data, plain, length) == 0);
    provider->free_context(o.context);
    return 1;
}

void test_answers(const struct provider *provider) {
    size_t given = 0;
    for (size_t i = 0; i < COUNT(ANSWERS); i++) {
        given += (size_t)check(provider, &ANSWERS[i]);
    }
    CHECK(given >= COUNT(ANSWERS) - 1); /* 3DES may be missing */
    printf("native: %s gives %zu of %zu known answers\n", provider->name, given, COUNT(ANSWERS));
}
