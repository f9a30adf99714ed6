/**
 * Cryptography as the packet path sees it: bursts of descriptors, submitted and polled.
 *
 * <p>{@link io.esplanade.engine.crypto.CryptoProvider} is an SPI found by {@link
 * java.util.ServiceLoader}. {@code openssl} is the default, {@code ipsec-mb} the fastest, {@code
 * jce} the independent oracle. Keys stay outside the heap, in locked memory that is left out of
 * core dumps.
 */
package io.esplanade.engine.crypto;
