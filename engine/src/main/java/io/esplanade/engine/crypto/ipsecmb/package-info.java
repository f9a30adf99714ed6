/**
 * Cryptography by ipsec-mb, Intel's multi-buffer library for x86-64: the fastest there is for most
 * suites. The engine's C library calls it, once a burst, if it was built where ipsec-mb's header
 * is.
 *
 * <p>Keys are expanded when an SA is added, into locked memory of ours that core dumps leave out.
 */
package io.esplanade.engine.crypto.ipsecmb;
