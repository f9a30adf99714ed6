package io.esplanade.bench.race;

import io.esplanade.bench.parts.Part;

/** The designs that race, each the same packet code under its own rules of who may touch what. */
public enum Contender {
    /** N threads, one lock around a drain of at most 50 packets. */
    GIANT_LOCK("giant-lock", "giant-lock, in the manner of KAME"),

    /** N threads, one lock around each packet. */
    GIANT_LOCK_PER_PACKET("giant-lock per packet", "giant-lock, taken per packet"),

    /** N threads, an atomic sequence number for each packet. */
    FINE_GRAINED("fine-grained", "fine-grained, in the manner of FAST_IPSEC"),

    /** N threads, an atomic sequence number for each run of packets of one SA. */
    FINE_GRAINED_PER_RUN("fine-grained per run", "fine-grained, numbers taken per run"),

    /** N lanes, each on one thread; an SA stays on its lane. */
    PER_CORE("per-core", "per-core, lanes"),

    /** One lane on N threads: {ingress, worker 0} {worker 1} … {egress with the last}. */
    ONE_LANE_GROUPED("one lane, grouped", "one lane, one SA over N workers, grouped"),

    /** One lane, a thread for ingress, one for egress, one for each of N workers. */
    ONE_LANE_DEDICATED("one lane, dedicated", "one lane, a thread for each role"),

    /** One lane that decides by itself whether spreading pays. */
    ONE_LANE_AUTO("one lane, auto", "one lane that places its SAs by itself"),

    /** The stages in a row on each of N threads, which share nothing: a lane without its ring. */
    RINGLESS("no ring", "a lane without its ring", Part.NONE),

    /** The same with a lock around each burst. */
    RINGLESS_LOCK("no ring + lock", "a lock around each burst", Part.LOCK),

    /** The same with references counted. */
    RINGLESS_REFERENCES("no ring + references", "references counted", Part.REFERENCES),

    /** The same with atomic sequence numbers. */
    RINGLESS_NUMBERS("no ring + numbers", "atomic sequence numbers", Part.NUMBERS),

    /** The same with a shared pool. */
    RINGLESS_POOL("no ring + pool", "a shared pool", Part.POOL),

    /** No gateway: N threads, each with bursts of the cipher alone. */
    CIPHER_ALONE("cipher alone", "the cipher alone, nothing shared: the machine's ceiling"),

    /** No gateway: packets changed on one core, with two threads on another in between. */
    HAND_OVER("hand-over", "packets changed by another core");

    private final String label;
    private final String caption;
    private final Part part;

    Contender(String label, String caption) {
        this(label, caption, null);
    }

    Contender(String label, String caption, Part part) {
        this.label = label;
        this.caption = caption;
        this.part = part;
    }

    /** What its threads share, if it is a gateway of parts; else null. */
    Part part() {
        return part;
    }

    /** A short name. */
    public String label() {
        return label;
    }

    /** What a legend says. */
    public String caption() {
        return caption;
    }
}
