#include "test.h"

#if __has_include(<intel-ipsec-mb.h>)

#include <dlfcn.h>

#include "ipsecmb.h"

static struct ipsecmb_queue *queue;

static const char *open_with(__typeof__(init_mb_mgr_auto) *init) {
    const char *why_not = esplanade_ipsecmb_open(esplanade_ipsecmb_soname());
    if (why_not == NULL) {
        if (init != NULL) {
            ipsecmb.init = init;
        }
        queue = guarded(esplanade_ipsecmb_queue_size());
        why_not = esplanade_ipsecmb_init_queue(queue);
    }
    return why_not;
}

static const char *open_best(void) {
    CHECK(esplanade_ipsecmb_open("/no/such/file") != NULL);
    return open_with(NULL);
}

static void init_sse(IMB_MGR *manager, IMB_ARCH *architecture) {
    void *library = dlopen(esplanade_ipsecmb_soname(), RTLD_NOW | RTLD_NOLOAD);
    CHECK(library != NULL && architecture == NULL);
    void *function = dlsym(library, "init_mb_mgr_sse");
    __typeof__(init_mb_mgr_sse) *init;
    memcpy(&init, &function, sizeof(init));
    init(manager);
    dlclose(library);
}

static const char *open_sse(void) {
    const char *why_not = open_with(init_sse);
    CHECK(why_not != NULL || strcmp(esplanade_ipsecmb_instructions(queue), "SSE") == 0);
    return why_not;
}

static void close_queue(void) {
    free_guarded(queue, esplanade_ipsecmb_queue_size());
}

static void *new_context(
    const struct suite *suite, const uint8_t *key, const uint8_t *mac_key, enum kind kind) {
    struct ipsecmb_context *context = guarded(esplanade_ipsecmb_context_size());
    context->cipher = suite->cipher;
    context->mac = suite->mac;
    context->kind = kind;
    context->key_length = suite->key_length;
    context->nonce_length = suite->nonce_length;
    context->tag_length = suite->tag_length;
    if (esplanade_ipsecmb_key(queue, context, key, mac_key)) {
        return context;
    }
    free_guarded(context, esplanade_ipsecmb_context_size());
    return NULL;
}

static void free_context(void *context) {
    free_guarded(context, esplanade_ipsecmb_context_size());
}

static uint32_t submit(struct operation *burst, uint32_t from, uint32_t n) {
    return esplanade_ipsecmb_submit(queue, burst, from, n);
}

#define PROVIDER(provider_name, open_function) \
    {                                                                                     \
        .name = provider_name, .open = open_function, .new_context = new_context,         \
        .free_context = free_context, .submit = submit, .close = close_queue,             \
    }

#else

static const char *absent(void) {
    return "no intel-ipsec-mb.h: apt-get install libipsec-mb-dev";
}

#define PROVIDER(provider_name, open_function) {.name = provider_name, .open = absent}

#endif

const struct provider ipsecmb_provider = PROVIDER("ipsec-mb", open_best);
const struct provider ipsecmb_sse_provider = PROVIDER("ipsec-mb with SSE", open_sse);
