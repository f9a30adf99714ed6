/**
 * Floors: the cryptography of packets and nothing else, in a C loop or by one call of a provider
 * for each burst. What a lane, or a provider, costs more than the faster of them is its own.
 */
package io.esplanade.bench.floor;
