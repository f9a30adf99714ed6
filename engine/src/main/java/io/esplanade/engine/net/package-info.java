/**
 * Packet headers and addresses: static accessors on absolute addresses, checksums, and the table
 * that finds things by address. Knows nothing of IPsec.
 */
package io.esplanade.engine.net;
