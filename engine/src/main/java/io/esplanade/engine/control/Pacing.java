package io.esplanade.engine.control;

import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.path.Tables;

import java.util.TreeMap;

/**
 * Tells lanes which tunnels are sent on at a constant rate: those with an outbound SA that says so.
 */
final class Pacing implements SaWatch {

    private final Tables tables;
    private final TreeMap<Integer, Integer> sas = new TreeMap<>(); // how many, by tunnel

    Pacing(Tables tables) {
        this.tables = tables;
    }

    @Override
    public void add(AssociationState state, long now) {
        if (isPaced(state) && sas.merge(state.tunnel(), 1, Integer::sum) == 1) {
            publish();
        }
    }

    @Override
    public void remove(AssociationState state) {
        if (isPaced(state) && sas.merge(state.tunnel(), -1, Integer::sum) == 0) {
            sas.remove(state.tunnel());
            publish();
        }
    }

    private static boolean isPaced(AssociationState state) {
        return state instanceof OutboundState out && out.rate() > 0;
    }

    private void publish() {
        tables.paced(sas.keySet().stream().mapToInt(Integer::intValue).toArray());
    }
}
