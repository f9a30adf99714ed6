package io.esplanade.engine.mbuf;

import java.util.Locale;

/**
 * Who has an mbuf at this moment. Every mbuf has exactly one owner at every moment; the ledger
 * counts them. At rest {@link #FREE} + {@link #CACHE} + {@link #POSTED} is the pool; after close,
 * {@code FREE} is.
 */
public enum Owner {
    FREE("in the pool"),
    CACHE("in a lane's cache of free mbufs"),
    POSTED("posted to the kernel for receiving"),
    INGRESS("received, being classified"),
    RING("in a lane's ring, waiting or at a worker"),
    HAND_OVER("on its way to another lane"),
    WORKER("being encrypted or decrypted"),
    EGRESS("being checked and routed on its way out"),
    LOOP("in the loop ring for another pass"),
    TRANSMIT("given to a transmit queue"),
    REASSEMBLY("a fragment waiting for the others"),
    NEIGHBOUR("waiting for a link-layer address"),
    APPLICATION("held by the embedding program");

    private static final Owner[] VALUES = values();

    private final String text;

    Owner(String text) {
        this.text = text;
    }

    /** The owner whose {@link #ordinal()} is {@code code}, as stored in an mbuf's metadata. */
    public static Owner of(int code) {
        return VALUES[code];
    }

    /** Whether an idle engine's mbufs may be here; any other owner has them under way. */
    public boolean atRest() {
        return this == FREE || this == CACHE || this == POSTED;
    }

    /** One line for a person. */
    public String text() {
        return text;
    }

    /** The name in reports and JSON, such as {@code hand-over}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
