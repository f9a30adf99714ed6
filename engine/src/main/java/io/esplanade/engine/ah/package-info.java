/**
 * AH (RFC 4302): what goes before a packet, and what comes off; the same shape as {@code esp}.
 *
 * <p>{@code prepare} describes the computation of the ICV, {@code complete} and {@code finish}
 * continue when its status is known.
 */
package io.esplanade.engine.ah;
