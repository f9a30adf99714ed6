package io.esplanade.engine.control;

import io.esplanade.engine.ipsec.AssociationState;

/** What some SAs need from time to time. The conductor's. */
interface SaWatch {

    /** An SA is about to be added; no packet uses it yet. */
    void add(AssociationState sa, long now);

    /** An SA is no longer found by new packets. */
    void remove(AssociationState sa);

    /** Looks after those it knows. */
    void look(long now);
}
