/**
 * Cryptography by the JDK: slower, and independent of libcrypto, so that each can be checked by the
 * other.
 *
 * <p>Keys are copied to the heap, because the JDK's ciphers take them from there, and stay until
 * the garbage collector overwrites them. Packets are copied too. For tests, proofs and
 * laboratories.
 */
package io.esplanade.engine.crypto.jce;
