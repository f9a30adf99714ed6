package io.esplanade.bench.race;

/** What a run looks at. */
public enum Look {
    /** How many packets go through, offered as many as are taken. */
    SPEED,

    /** How long each packet takes, at a fixed offered load. */
    LATENCY,

    /** How disordered each SA's packets are on the wire; its speed means nothing. */
    WIRE_ORDER,

    /** What the stages cost on one thread, each timed. */
    STAGES
}
