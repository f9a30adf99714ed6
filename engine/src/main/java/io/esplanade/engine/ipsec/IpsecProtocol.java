package io.esplanade.engine.ipsec;

/** Which of the two headers an SA puts before what it protects (RFC 4301 §4.1). */
public enum IpsecProtocol {
    /** Encapsulating Security Payload (RFC 4303). */
    ESP,

    /** Authentication Header (RFC 4302): nothing is encrypted, the IP header is authenticated. */
    AH
}
