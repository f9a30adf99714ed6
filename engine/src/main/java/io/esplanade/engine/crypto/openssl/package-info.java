/**
 * Cryptography by OpenSSL's libcrypto, any version 3, called through its EVP functions.
 *
 * <p>Ciphers are fetched once a process, contexts keyed when an SA is added; per packet only the IV
 * is set. Contexts are in libcrypto's own memory, which it wipes when they are freed but does not
 * keep out of core dumps.
 */
package io.esplanade.engine.crypto.openssl;
