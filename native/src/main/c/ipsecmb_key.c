#if __has_include(<intel-ipsec-mb.h>)

#include <string.h>

#include "ipsecmb_queue.h"

static int expand_aes(
    const IMB_MGR *m, uint32_t length, const uint8_t *key, void *encrypting, void *decrypting) {
    switch (length) {
    case 16:
        m->keyexp_128(key, encrypting, decrypting);
        return 1;
    case 24:
        m->keyexp_192(key, encrypting, decrypting);
        return 1;
    case 32:
        m->keyexp_256(key, encrypting, decrypting);
        return 1;
    default:
        return 0;
    }
}

static int key_gcm(const IMB_MGR *m, struct ipsecmb_context *c, const uint8_t *key) {
    switch (c->key_length) {
    case 16:
        m->gcm128_pre(key, &c->keys.gcm);
        return 1;
    case 24:
        m->gcm192_pre(key, &c->keys.gcm);
        return 1;
    case 32:
        m->gcm256_pre(key, &c->keys.gcm);
        return 1;
    default:
        return 0;
    }
}

static int key_cipher(
    const IMB_MGR *m, const struct ipsecmb_context *c, struct job_keys *k, const uint8_t *key) {
    IMB_JOB *job = &k->job;
    job->enc_keys = k->cipher.aes.encrypting;
    job->dec_keys = k->cipher.aes.encrypting; /* counter modes encrypt either way */
    job->key_len_in_bytes = c->key_length;
    job->iv_len_in_bytes = c->nonce_length;
    switch (c->cipher) {
    case AES_CBC:
        job->cipher_mode = IMB_CIPHER_CBC;
        job->dec_keys = k->cipher.aes.decrypting;
        break;
    case AES_CTR:
        job->cipher_mode = IMB_CIPHER_CNTR;
        break;
    case AES_CCM:
        job->cipher_mode = IMB_CIPHER_CCM;
        job->hash_alg = IMB_AUTH_AES_CCM;
        break;
    case CHACHA20_POLY1305:
        if (c->key_length != sizeof(k->cipher.chacha20)) {
            return 0;
        }
        job->cipher_mode = IMB_CIPHER_CHACHA20_POLY1305;
        job->hash_alg = IMB_AUTH_CHACHA20_POLY1305;
        job->enc_keys = k->cipher.chacha20;
        job->dec_keys = k->cipher.chacha20;
        memcpy(k->cipher.chacha20, key, sizeof(k->cipher.chacha20));
        return 1;
    case TRIPLE_DES_CBC:
        if (c->key_length != 3 * IMB_DES_BLOCK_SIZE) {
            return 0;
        }
        job->cipher_mode = IMB_CIPHER_DES3;
        job->enc_keys = k->cipher.des.pointers;
        job->dec_keys = k->cipher.des.pointers;
        for (int i = 0; i < 3; i++) {
            m->des_key_sched(k->cipher.des.schedules[i], key + i * IMB_DES_BLOCK_SIZE);
            k->cipher.des.pointers[i] = k->cipher.des.schedules[i];
        }
        return 1;
    case NULL_CIPHER:
        job->cipher_mode = IMB_CIPHER_NULL;
        return 1;
    default:
        return 0;
    }
    return expand_aes(
        m, c->key_length, key, k->cipher.aes.encrypting, k->cipher.aes.decrypting);
}

/* RFC 2104 §4: the digests begin after a block of the key and a constant. */
static void key_hmac(
    struct job_keys *k, IMB_HASH_ALG algorithm, hash_one_block_t hash, uint32_t block_size,
    const uint8_t *key, uint32_t length) {
    uint8_t inner[IMB_SHA_512_BLOCK_SIZE], outer[IMB_SHA_512_BLOCK_SIZE];
    for (uint32_t i = 0; i < block_size; i++) {
        uint8_t byte = i < length ? key[i] : 0;
        inner[i] = byte ^ 0x36;
        outer[i] = byte ^ 0x5c;
    }
    hash(inner, k->mac.hmac.inner);
    hash(outer, k->mac.hmac.outer);
    explicit_bzero(inner, sizeof(inner));
    explicit_bzero(outer, sizeof(outer));
    k->job.hash_alg = algorithm;
    k->job.u.HMAC._hashed_auth_key_xor_ipad = k->mac.hmac.inner;
    k->job.u.HMAC._hashed_auth_key_xor_opad = k->mac.hmac.outer;
}

static int key_mac(const IMB_MGR *m, uint32_t mac, struct job_keys *k, const uint8_t *key) {
    IMB_JOB *job = &k->job;
    switch (mac) {
    case NO_MAC:
        break;
    case HMAC_SHA1:
        key_hmac(k, IMB_AUTH_HMAC_SHA_1, m->sha1_one_block, IMB_SHA1_BLOCK_SIZE, key, 20);
        break;
    case HMAC_SHA256:
        key_hmac(k, IMB_AUTH_HMAC_SHA_256, m->sha256_one_block, IMB_SHA_256_BLOCK_SIZE, key, 32);
        break;
    case HMAC_SHA384:
        key_hmac(k, IMB_AUTH_HMAC_SHA_384, m->sha384_one_block, IMB_SHA_384_BLOCK_SIZE, key, 48);
        break;
    case HMAC_SHA512:
        key_hmac(k, IMB_AUTH_HMAC_SHA_512, m->sha512_one_block, IMB_SHA_512_BLOCK_SIZE, key, 64);
        break;
    case AES_XCBC:
        m->xcbc_keyexp(key, k->mac.block.schedule, k->mac.block.whole, k->mac.block.partial);
        job->hash_alg = IMB_AUTH_AES_XCBC;
        job->u.XCBC._k1_expanded = (const uint32_t *)k->mac.block.schedule;
        job->u.XCBC._k2 = k->mac.block.whole;
        job->u.XCBC._k3 = k->mac.block.partial;
        break;
    case AES_CMAC: {
        _Alignas(AES_BLOCK) uint8_t unused[AES_128_SCHEDULE];
        m->keyexp_128(key, k->mac.block.schedule, unused);
        explicit_bzero(unused, sizeof(unused));
        m->cmac_subkey_gen_128(k->mac.block.schedule, k->mac.block.whole, k->mac.block.partial);
        job->hash_alg = IMB_AUTH_AES_CMAC;
        job->u.CMAC._key_expanded = k->mac.block.schedule;
        job->u.CMAC._skey1 = k->mac.block.whole;
        job->u.CMAC._skey2 = k->mac.block.partial;
        break;
    }
    default:
        return 0;
    }
    return 1;
}

EXPORT int esplanade_ipsecmb_key(
    const struct ipsecmb_queue *q, struct ipsecmb_context *c, const uint8_t *key,
    const uint8_t *mac_key) {
    if (!esplanade_ipsecmb_serves(c->cipher, c->key_length)) {
        return 0;
    }
    if (c->cipher == AES_GCM || c->cipher == AES_GMAC) {
        return key_gcm(q->manager, c, key);
    }
    struct job_keys *k = &c->keys.job;
    IMB_JOB *job = &k->job;
    int encrypt = c->kind == ENCRYPT;
    /* What is authenticated is the ciphertext, but in CCM the text. */
    int cipher_first = encrypt == (c->cipher != AES_CCM);
    job->cipher_direction = encrypt ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
    job->chain_order = cipher_first ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
    job->auth_tag_output_len_in_bytes = c->tag_length;
    return key_cipher(q->manager, c, k, key) && key_mac(q->manager, c->mac, k, mac_key);
}

#endif
