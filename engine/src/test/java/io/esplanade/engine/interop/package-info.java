/**
 * The engine against other people's implementations: tshark and scapy, from Debian's packages of
 * these names.
 */
package io.esplanade.engine.interop;
