/* The algorithms of a suite, as IpsecMbContext.java numbers them. */

#ifndef ESPLANADE_ALGORITHMS_H
#define ESPLANADE_ALGORITHMS_H

enum cipher {
    AES_GCM,
    AES_GMAC,
    AES_CCM,
    CHACHA20_POLY1305,
    AES_CBC,
    AES_CTR,
    TRIPLE_DES_CBC,
    NULL_CIPHER
};

enum mac { NO_MAC, HMAC_SHA1, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512, AES_XCBC, AES_CMAC };

#endif
