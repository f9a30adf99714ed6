package io.esplanade.engine.ipsec;

/** Which way across the IPsec boundary (RFC 4301 §3.1). */
public enum Direction {
    /** From the protected to the unprotected side. */
    OUTBOUND,
    /** From the unprotected to the protected side. */
    INBOUND
}
