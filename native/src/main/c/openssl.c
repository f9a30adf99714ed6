#include "openssl.h"

/*
 * The tag is asked for and given as a parameter: that takes some 20 ns less than
 * EVP_CIPHER_CTX_ctrl, which translates to parameters what it is told.
 */
static OSSL_PARAM tag_parameter(const struct operation *o) {
    return (OSSL_PARAM){
        .key = OSSL_CIPHER_PARAM_AEAD_TAG,
        .data_type = OSSL_PARAM_OCTET_STRING,
        .data = o->tag,
        .data_size = o->tag_length,
        .return_size = OSSL_PARAM_UNMODIFIED,
    };
}

/* With cipher and key NULL nothing is fetched or scheduled: only the IV is set. */
static enum status encrypt(const struct openssl *f, const struct operation *o) {
    EVP_CIPHER_CTX *context = ((const struct openssl_context *)o->context)->cipher;
    OSSL_PARAM params[] = {tag_parameter(o), OSSL_PARAM_END};
    int written;
    int done =
        f->encrypt_init(context, NULL, NULL, o->iv, NULL) == 1 &&
        (o->aad_length == 0 ||
         f->encrypt_update(context, NULL, &written, o->aad, (int)o->aad_length) == 1) &&
        (o->length == 0 ||
         f->encrypt_update(context, o->output, &written, o->input, (int)o->length) == 1) &&
        f->encrypt_final(context, o->output + o->length, &written) == 1 &&
        f->get_params(context, params) == 1;
    return done ? OK : ERROR;
}

/* The tags are compared in EVP_DecryptFinal_ex, in a time that does not tell where they differ. */
static enum status decrypt(const struct openssl *f, const struct operation *o) {
    EVP_CIPHER_CTX *context = ((const struct openssl_context *)o->context)->cipher;
    const OSSL_PARAM params[] = {tag_parameter(o), OSSL_PARAM_END};
    int written;
    int done =
        f->decrypt_init(context, NULL, NULL, o->iv, params) == 1 &&
        (o->aad_length == 0 ||
         f->decrypt_update(context, NULL, &written, o->aad, (int)o->aad_length) == 1) &&
        (o->length == 0 ||
         f->decrypt_update(context, o->output, &written, o->input, (int)o->length) == 1);
    if (!done) {
        return ERROR;
    }
    return f->decrypt_final(context, o->output + o->length, &written) == 1 ? OK : BAD_TAG;
}

static enum status run(const struct openssl *f, const struct operation *o) {
    enum status status;
    const struct openssl_context *context = o->context;
    if (o->iv_length != context->nonce_length || o->aad_length > sizeof(o->aad)) {
        status = ERROR;
    } else if (o->kind == ENCRYPT) {
        status = encrypt(f, o);
    } else {
        status = decrypt(f, o);
    }
    if (status != OK) {
        /* What stays in the thread's error queue would be blamed on another call. */
        f->clear_error();
    }
    return status;
}

EXPORT uint32_t esplanade_openssl_submit(
    const struct openssl *f, struct operation *burst, uint32_t from, uint32_t n) {
    uint32_t left = 0;
    struct operation *end = burst + from + n;
    for (struct operation *o = burst + from; o < end; o++) {
        if (o + 1 < end) {
            __builtin_prefetch(o[1].context);
            prefetch(o + 1);
        }
        const struct openssl_context *context = o->context;
        if (context->kind == AEAD) {
            o->status = (uint8_t)run(f, o);
        } else {
            left++;
        }
    }
    return left;
}
