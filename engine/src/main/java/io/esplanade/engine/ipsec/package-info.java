/**
 * IPsec's own terms (RFC 4301): associations, policies, selectors, and the databases of them.
 *
 * <p>Records are configuration: immutable, thread-safe, part of the public API. Classes named
 * {@code …State} are what the data plane keeps while it runs and have one owner thread.
 */
package io.esplanade.engine.ipsec;
