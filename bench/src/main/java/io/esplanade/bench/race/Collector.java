package io.esplanade.bench.race;

/** Garbage collectors that a run can have. */
public enum Collector {
    SERIAL("Serial", "-XX:+UseSerialGC"),
    PARALLEL("Parallel", "-XX:+UseParallelGC"),
    G1("G1", "-XX:+UseG1GC"),
    ZGC("ZGC", "-XX:+UseZGC");

    private final String label;
    private final String option;

    Collector(String label, String option) {
        this.label = label;
        this.option = option;
    }

    public String label() {
        return label;
    }

    /** The JVM's option for it. */
    String option() {
        return option;
    }
}
