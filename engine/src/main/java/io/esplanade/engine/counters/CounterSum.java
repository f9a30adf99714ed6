package io.esplanade.engine.counters;

import java.util.List;

/** What several tables count together; any thread, and as exact as each of them. */
public record CounterSum(List<CounterTable> tables) {

    public long value(Counter counter) {
        long sum = 0;
        for (CounterTable table : tables) {
            sum += table.value(counter);
        }
        return sum;
    }

    public long drops(DropReason reason) {
        long sum = 0;
        for (CounterTable table : tables) {
            sum += table.drops(reason);
        }
        return sum;
    }

    /** All packets dropped, whatever the reason. */
    public long drops() {
        long sum = 0;
        for (CounterTable table : tables) {
            sum += table.drops();
        }
        return sum;
    }
}
