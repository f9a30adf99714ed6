package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufRing;
import io.esplanade.engine.runtime.Role;

import java.util.ArrayList;
import java.util.List;

/**
 * The rings between lanes, each with one producer and one consumer: packets from Ingress to the
 * Ingress of the lane that has their SA, from Egress to the Egress of the lane that has their port,
 * and mbufs home from every Ingress and Egress.
 */
final class Mesh {

    /** Packets that may be on their way from one lane to another. */
    private static final int HAND_OVER = 1024;

    private final MbufRing[][] ingress; // from, to
    private final MbufRing[][] egress;
    private final MbufRing[][] home; // from role, to lane: even roles Ingress, odd Egress
    private List<? extends Role> ingresses = List.of();
    private List<? extends Role> egresses = List.of();

    /**
     * @param share the most mbufs at home in one lane
     */
    Mesh(int lanes, int share) {
        ingress = rings(lanes, lanes, HAND_OVER);
        egress = rings(lanes, lanes, HAND_OVER);
        home = rings(2 * lanes, lanes, Integer.highestOneBit(Math.max(1, 2 * share - 1)));
    }

    private static MbufRing[][] rings(int from, int to, int capacity) {
        MbufRing[][] rings = new MbufRing[from][to];
        for (MbufRing[] row : rings) {
            for (int i = 0; i < to; i++) {
                row[i] = new MbufRing(capacity);
            }
        }
        return rings;
    }

    /** Says whom to wake when packets are on their way to a lane, before roles begin. */
    void roles(List<? extends Role> newIngresses, List<? extends Role> newEgresses) {
        ingresses = newIngresses;
        egresses = newEgresses;
    }

    int lanes() {
        return ingress.length;
    }

    MbufRing ingress(int from, int to) {
        return ingress[from][to];
    }

    MbufRing egress(int from, int to) {
        return egress[from][to];
    }

    /** The ways home from Ingress of lane {@code lane}, by home lane. */
    MbufRing[] homeFromIngress(int lane) {
        return home[2 * lane];
    }

    /** The ways home from Egress of lane {@code lane}, by home lane. */
    MbufRing[] homeFromEgress(int lane) {
        return home[2 * lane + 1];
    }

    /**
     * The rings that lead home to lane {@code lane}.
     *
     * @param oneThread whether the lane's own Egress needs none
     */
    MbufRing[] homeTo(int lane, boolean oneThread) {
        List<MbufRing> rings = new ArrayList<>();
        for (int role = 0; role < home.length; role++) {
            boolean ingress = role % 2 == 0;
            if (role / 2 != lane || !ingress && !oneThread) {
                rings.add(home[role][lane]);
            }
        }
        return rings.toArray(MbufRing[]::new);
    }

    /** Whether no packet is on its way between lanes. */
    boolean isEmpty() {
        for (int from = 0; from < lanes(); from++) {
            for (int to = 0; to < lanes(); to++) {
                if (!ingress[from][to].isEmpty() || !egress[from][to].isEmpty()) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Takes packets handed over to Ingress of lane {@code to}, until the burst is full.
     *
     * @param first the lane to begin with: another each time, so that none is always the first
     */
    int takeForIngress(int to, int first, Burst burst) {
        return take(ingress, to, first, burst);
    }

    /** Takes packets handed over to Egress of lane {@code to}, as {@link #takeForIngress} does. */
    int takeForEgress(int to, int first, Burst burst) {
        return take(egress, to, first, burst);
    }

    private static int take(MbufRing[][] rings, int to, int first, Burst burst) {
        int taken = 0;
        for (int i = 0; i < rings.length && burst.room() > 0; i++) {
            int from = first + i < rings.length ? first + i : first + i - rings.length;
            taken += rings[from][to].drain(burst, burst.room());
        }
        return taken;
    }

    /** Lets the other lanes see what Ingress of lane {@code from} has handed over. */
    void publishIngress(int from) {
        publish(ingress, from, ingresses);
    }

    /** Lets the other lanes see what Egress of lane {@code from} has handed over. */
    void publishEgress(int from) {
        publish(egress, from, egresses);
    }

    private static void publish(MbufRing[][] rings, int from, List<? extends Role> takers) {
        if (rings.length > 1) {
            for (int to = 0; to < rings.length; to++) {
                if (rings[from][to].publish()) {
                    takers.get(to).wake();
                }
            }
        }
    }
}
