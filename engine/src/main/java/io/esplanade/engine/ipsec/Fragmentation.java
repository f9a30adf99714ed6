package io.esplanade.engine.ipsec;

/** What a tunnel does with an IPv4 packet that may be fragmented and does not fit (RFC 4301 §8). */
public enum Fragmentation {
    /** Fragments are made of the inner packet, and each is encapsulated: the peer need not wait. */
    PRE,
    /** The packet is encapsulated, and fragments are made of the ESP packet. */
    POST,
    /** It is dropped. */
    NONE
}
