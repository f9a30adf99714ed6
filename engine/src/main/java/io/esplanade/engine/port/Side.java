package io.esplanade.engine.port;

/** The side of the IPsec boundary that a port is on (RFC 4301 §3.1). */
public enum Side {
    /** The trusted side: clear packets of the protected network. */
    PROTECTED,
    /** The outside: ESP, and what policy lets BYPASS in clear. */
    UNPROTECTED
}
