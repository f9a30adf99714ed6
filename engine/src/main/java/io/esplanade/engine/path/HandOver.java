package io.esplanade.engine.path;

/** The way to other lanes: a packet whose SA is theirs goes there. The thread of Ingress. */
public interface HandOver {

    /** Where there is one lane only. */
    HandOver NONE = (_, _) -> false;

    /**
     * Gives {@code mbuf}, owned by {@code INGRESS}, to Ingress of lane {@code lane}.
     *
     * @return false if there is no room: the mbuf stays the caller's
     */
    boolean give(int lane, long mbuf);
}
