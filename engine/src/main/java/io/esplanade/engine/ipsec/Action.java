package io.esplanade.engine.ipsec;

/** What a policy does with the packets it selects (RFC 4301 §4.4.1). */
public enum Action {
    DISCARD,
    BYPASS,
    PROTECT
}
