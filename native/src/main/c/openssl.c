#include "openssl.h"

enum { LONGEST_MAC = 64 };

/*
 * The tag is asked for and given as a parameter: that takes some 20 ns less than
 * EVP_CIPHER_CTX_ctrl, which translates to parameters what it is told.
 */
static OSSL_PARAM tag_parameter(const struct operation *o, uint8_t *tag) {
    return (OSSL_PARAM){
        .key = OSSL_CIPHER_PARAM_AEAD_TAG,
        .data_type = OSSL_PARAM_OCTET_STRING,
        .data = tag,
        .data_size = o->tag_length,
        .return_size = OSSL_PARAM_UNMODIFIED,
    };
}

/* With cipher and key NULL nothing is fetched or scheduled: only the IV is set. */
static int begin(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o,
    const OSSL_PARAM *params) {
    const OSSL_PARAM *with_iv = c->tag_apart ? NULL : params;
    return f->init[o->kind](c->cipher, NULL, NULL, o->iv, with_iv) == 1 &&
           (with_iv == params || f->set_params(c->cipher, params) == 1);
}

/* Encrypts or decrypts, or with output NULL authenticates only. */
static int update(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o,
    uint8_t *output, const uint8_t *input, uint32_t length) {
    int written;
    return f->update[o->kind](c->cipher, output, &written, input, (int)length) == 1;
}

static int text(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o) {
    return update(f, c, o, o->data, o->data, o->length);
}

static int additional_data(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o) {
    return (o->aad_length == 0 || update(f, c, o, NULL, o->aad, o->aad_length)) &&
           (c->kind != AUTHENTICATED_ONLY || o->auth_length == 0 ||
            update(f, c, o, NULL, o->auth_input, o->auth_length));
}

/* The tags are compared in EVP_DecryptFinal_ex, in a time that does not tell where they differ. */
static enum status aead(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o) {
    uint8_t *tag = c->kind == AUTHENTICATED_ONLY ? o->tag : tag_behind(o);
    OSSL_PARAM params[] = {tag_parameter(o, tag), OSSL_PARAM_END};
    int encrypt = o->kind == ENCRYPT;
    if (!begin(f, c, o, encrypt ? NULL : params) || !additional_data(f, c, o) ||
        (o->length > 0 && !text(f, c, o))) {
        return ERROR;
    }
    int written;
    int done = f->final[o->kind](c->cipher, o->data + o->length, &written) == 1;
    if (!encrypt) {
        return done ? OK : BAD_TAG;
    }
    return done && f->get_params(c->cipher, params) == 1 ? OK : ERROR;
}

/*
 * CCM is told the length before all else, and the text in one piece, even if it is empty. It
 * compares tags when it is given the text: there is no final call.
 */
static enum status ccm(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o) {
    OSSL_PARAM params[] = {tag_parameter(o, tag_behind(o)), OSSL_PARAM_END};
    int encrypt = o->kind == ENCRYPT;
    if (!begin(f, c, o, encrypt ? NULL : params) || !update(f, c, o, NULL, NULL, o->length) ||
        !additional_data(f, c, o)) {
        return ERROR;
    }
    int done = text(f, c, o);
    if (!encrypt) {
        return done ? OK : BAD_TAG;
    }
    return done && f->get_params(c->cipher, params) == 1 ? OK : ERROR;
}

/*
 * Feeds CMAC what makes it compute XCBC, as Xcbc.java has it: all but the last block, and that one
 * padded here and XORed with what the context has for it.
 */
static int update_xcbc(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o) {
    const uint8_t *trailing = (const uint8_t *)&o->trailing;
    uint32_t total = o->auth_length + o->trailing_length;
    uint32_t last = total == 0 ? 0 : (total - 1) % XCBC_BLOCK + 1;
    uint32_t before = total - last < o->auth_length ? total - last : o->auth_length;
    uint32_t before_trailing = total - last - before;
    uint32_t rest = o->auth_length - before;
    if (!f->mac_update(c->mac, o->auth_input, before) ||
        !f->mac_update(c->mac, trailing, before_trailing)) {
        return 0;
    }
    uint8_t block[XCBC_BLOCK] = {0};
    memcpy(block, o->auth_input + before, rest);
    memcpy(block + rest, trailing + before_trailing, o->trailing_length - before_trailing);
    const uint8_t *mask = c->whole;
    if (last < XCBC_BLOCK) {
        block[last] = 0x80;
        mask = c->partial;
    }
    for (uint32_t i = 0; i < XCBC_BLOCK; i++) {
        block[i] ^= mask[i];
    }
    return f->mac_update(c->mac, block, XCBC_BLOCK) == 1;
}

static int update_mac(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o) {
    if (c->kind == ENCRYPT_THEN_XCBC) {
        return update_xcbc(f, c, o);
    }
    return f->mac_update(c->mac, o->auth_input, o->auth_length) == 1 &&
           (o->trailing_length == 0 ||
            f->mac_update(c->mac, (const uint8_t *)&o->trailing, o->trailing_length) == 1);
}

/* Computes the whole MAC; with key NULL it begins anew under the same. */
static int mac(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o,
    uint8_t computed[LONGEST_MAC]) {
    size_t written;
    return f->mac_init(c->mac, NULL, 0, NULL) == 1 && update_mac(f, c, o) &&
           f->mac_final(c->mac, computed, &written, LONGEST_MAC) == 1;
}

/* What is less than a block of CBC would be kept for the next update. */
static int crypt(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o) {
    int written, length = (int)o->length;
    return length == 0 ||
           (begin(f, c, o, NULL) &&
            f->update[o->kind](c->cipher, o->data, &written, o->data, length) == 1 &&
            written == length);
}

static enum status encrypt_then_mac(
    const struct openssl *f, const struct openssl_context *c, const struct operation *o) {
    uint8_t computed[LONGEST_MAC];
    if (o->tag_length > LONGEST_MAC || o->tag_length % 4 != 0 ||
        o->trailing_length > sizeof(o->trailing)) {
        return ERROR;
    }
    if (o->kind == ENCRYPT) {
        if (!crypt(f, c, o) || !mac(f, c, o, computed)) {
            return ERROR;
        }
        memcpy(o->tag, computed, o->tag_length);
        return OK;
    }
    if (!mac(f, c, o, computed)) {
        return ERROR;
    }
    if (!same(computed, o->tag, o->tag_length)) {
        return BAD_TAG; /* what is forged is not decrypted */
    }
    return crypt(f, c, o) ? OK : ERROR;
}

static enum status run(const struct openssl *f, const struct operation *o) {
    const struct openssl_context *c = o->context;
    if (o->iv_length != c->nonce_length || o->aad_length > sizeof(o->aad)) {
        return ERROR;
    }
    switch (c->kind) {
    case AEAD:
    case AUTHENTICATED_ONLY:
        return aead(f, c, o);
    case CCM:
        return ccm(f, c, o);
    default:
        return encrypt_then_mac(f, c, o);
    }
}

EXPORT uint32_t esplanade_openssl_submit(
    const struct openssl *f, struct operation *burst, uint32_t from, uint32_t n) {
    uint32_t failed = 0;
    const struct operation *first = burst + from, *end = first + n;
    for (struct operation *o = burst + from; o < end; o++) {
        look_ahead(o, first, end);
        enum status status = run(f, o);
        o->status = (uint8_t)status;
        failed += status != OK;
    }
    if (failed > 0) {
        /*
         * What stays in the thread's error queue would be blamed on another call. A forged packet
         * leaves nothing in it, unless by CCM, and to see that takes a fifth of what ERR_clear_error
         * takes.
         */
        while (f->get_error() != 0) {
        }
    }
    return failed;
}
