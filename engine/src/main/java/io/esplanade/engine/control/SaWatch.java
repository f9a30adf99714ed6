package io.esplanade.engine.control;

import io.esplanade.engine.ipsec.AssociationState;

/** Is told of SAs that come and go. The conductor's. */
interface SaWatch {

    /** An SA is about to be added; no packet uses it yet. */
    void add(AssociationState sa, long now);

    /** An SA is no longer found by new packets. */
    void remove(AssociationState sa);
}
