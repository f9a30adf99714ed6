/**
 * ESP (RFC 4303): what goes around a packet, and what comes off.
 *
 * <p>Pure packet work on one mbuf at a time: no I/O, no tables, no clock. Cryptography is described
 * here and done elsewhere: {@code prepare} fills one descriptor of a crypto burst, {@code finish}
 * continues when its status is known.
 */
package io.esplanade.engine.esp;
