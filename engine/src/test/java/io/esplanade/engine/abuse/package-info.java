/**
 * What must not happen whatever comes in or goes wrong: a packet dropped without its name, an mbuf
 * lost, a nonce used twice, memory kept.
 */
package io.esplanade.engine.abuse;
