#include "test.h"

/* What is not there is not tested, and that is said; in continuous integration it is an error. */
static int opened(const struct provider *provider) {
    const char *why_not = provider->open();
    if (why_not != NULL) {
        fprintf(stderr, "native: %s IS NOT TESTED: %s\n", provider->name, why_not);
        const char *ci = getenv("CI");
        CHECK(ci == NULL || *ci == '\0');
        return 0;
    }
    return 1;
}

int main(void) {
    const struct provider *providers[] = {
        &openssl_provider, &ipsecmb_provider, &ipsecmb_sse_provider};
    for (size_t i = 0; i < COUNT(providers); i++) {
        if (opened(providers[i])) {
            test_answers(providers[i]);
            test_bursts(providers[i]);
            if (providers[i] != &openssl_provider) {
                test_agreement(&openssl_provider, providers[i]);
            }
            providers[i]->close();
        }
    }
    return 0;
}
