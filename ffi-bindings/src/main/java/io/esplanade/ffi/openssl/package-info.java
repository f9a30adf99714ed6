/**
 * OpenSSL's libcrypto 3: EVP, its parameters, errors and randomness.
 *
 * <p>{@code libcrypto} and the structs' classes are generated as jextract would. {@code Libcrypto}
 * finds the library: call its {@code load()} before anything else.
 */
package io.esplanade.ffi.openssl;
