package io.esplanade.bench.race;

import io.esplanade.bench.parts.PartsBed;
import io.esplanade.engine.Engine;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterSum;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Owner;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a run measures, whether an engine or a gateway of parts. */
interface Subject extends AutoCloseable {

    /**
     * Its numbers at one moment.
     *
     * @param byLabel every counter by its label, drops by {@code drop-REASON}
     * @param inUse mbufs that are neither free nor cached
     */
    record Counts(Map<String, Long> byLabel, long received, long dropped, long inUse) {

        static Counts of(Snapshot snapshot) {
            Map<String, Long> byLabel = new LinkedHashMap<>();
            for (Counter counter : Counter.values()) {
                byLabel.put(counter.label(), snapshot.counter(counter));
            }
            snapshot.drops().forEach((reason, n) -> byLabel.put("drop-" + reason.label(), n));
            return new Counts(
                    byLabel,
                    snapshot.counter(Counter.RX_PACKETS),
                    snapshot.dropped(),
                    snapshot.mbufsInUse());
        }

        static Counts of(PartsBed bed) {
            CounterSum sum = bed.counters();
            Map<String, Long> byLabel = new LinkedHashMap<>();
            for (Counter counter : Counter.values()) {
                byLabel.put(counter.label(), sum.value(counter));
            }
            for (DropReason reason : DropReason.values()) {
                if (sum.drops(reason) > 0) {
                    byLabel.put("drop-" + reason.label(), sum.drops(reason));
                }
            }
            long inUse =
                    bed.ledger().counts().entrySet().stream()
                            .filter(e -> e.getKey() != Owner.FREE && e.getKey() != Owner.CACHE)
                            .mapToLong(Map.Entry::getValue)
                            .sum();
            return new Counts(byLabel, sum.value(Counter.RX_PACKETS), sum.drops(), inUse);
        }

        /** What was counted from {@code before} to this moment, by label. */
        Map<String, Long> since(Counts before) {
            Map<String, Long> counted = new LinkedHashMap<>();
            byLabel.forEach(
                    (label, n) -> counted.put(label, n - before.byLabel.getOrDefault(label, 0L)));
            return counted;
        }
    }

    void start() throws IOException;

    Counts counts();

    /** Stops and frees it. {@link #counts} answers the last ones from then on. */
    @Override
    void close() throws IOException;

    static Subject of(Engine engine) {
        return new Subject() {
            @Override
            public void start() {
                engine.start();
            }

            @Override
            public Counts counts() {
                return Counts.of(engine.snapshot());
            }

            @Override
            public void close() {
                engine.close();
            }
        };
    }

    static Subject of(PartsBed bed) {
        return new Subject() {
            private Counts last;

            @Override
            public void start() throws IOException {
                bed.start();
            }

            @Override
            public Counts counts() {
                return last != null ? last : Counts.of(bed);
            }

            @Override
            public void close() throws IOException {
                bed.stop();
                last = Counts.of(bed);
                bed.close();
            }
        };
    }
}
