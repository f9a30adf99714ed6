/**
 * A tester of gateways in the manner of RFC 2544: it offers packets on one interface, takes them
 * back from another, and searches for the greatest rate at which none is lost. What is between the
 * two it does not know.
 */
package io.esplanade.bench.linerate;
