package io.esplanade.engine.ipsec;

/** Where an SA's key comes from, which decides what keeps its nonces from repeating. */
public enum KeyOrigin {
    /** Fresh from a key exchange: never used before this SA was made. */
    NEGOTIATED,
    /**
     * Configured, and so the same after a restart: sends with a counter-mode cipher only when a
     * nonce store remembers what was used.
     */
    STATIC,
    /**
     * Configured, and the operator has said {@code unsafe-volatile-sequence: true}: sends without a
     * nonce store and repeats nonces after a restart. For laboratories and known answers only.
     */
    STATIC_UNSAFE
}
