#include "test.h"

int main(void) {
    test_gcm(&openssl_provider);
    return 0;
}
