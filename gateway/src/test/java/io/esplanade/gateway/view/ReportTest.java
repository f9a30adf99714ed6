package io.esplanade.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.Lifetime;
import io.esplanade.engine.ipsec.Lifetime.Limit;
import io.esplanade.engine.mbuf.Owner;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

final class ReportTest {

    @Test
    void afterTheCloseAnMbufThatIsNotFreeHasLeaked() {
        Report report = new Report("g", snapshot(Map.of(Owner.FREE, 60L, Owner.WORKER, 4L)), true);

        assertThat(report.leaked()).isEqualTo(4);
        assertThat(report.lines()).contains("  4 MBUFS LEAKED");
    }

    @Test
    void whileItRunsMbufsInTheCacheAreAtRest() {
        Report report = new Report("g", snapshot(Map.of(Owner.FREE, 60L, Owner.CACHE, 4L)), false);

        assertThat(report.leaked()).isZero();
        assertThat(report.lines()).contains("  no mbuf leaked");
    }

    @Test
    void dropsHaveTheirMeaningAndTheirNameInLinux() {
        assertThat(new Report("g", snapshot(Map.of()), true).lines())
                .anyMatch(
                        line ->
                                line.matches(
                                        " *replayed +3 .*received before +XfrmInStateSeqError"));
    }

    @Test
    void anSaSaysWhichLaneAndWorkerItIsOnAndWhy() {
        Report report = new Report("g", snapshot(Map.of()), true);

        assertThat(report.lines()).anyMatch(line -> line.matches(".*0xc0000001 +3 +all .*"));
        assertThat(Json.write(report.json()))
                .contains("\"lane\": 3")
                .contains("\"worker\": \"all\"")
                .contains("\"placement\": \"spread\"");
    }

    @Test
    void aSequenceNumberIsReadUnsigned() {
        Report report = new Report("g", snapshot(Map.of()), true);

        assertThat(String.join("\n", report.lines())).contains("18446744073709551615");
        assertThat(Json.write(report.json())).contains("\"sequence\": 18446744073709551615");
        assertThat(Json.write(report.json())).contains("\"spi\": \"0xc0000001\"");
    }

    @Test
    void anSaTellsItsAgeAndLimitsAndWhetherItIsToBeReplaced() {
        Report report = new Report("g", snapshot(Map.of()), true);

        assertThat(String.join("\n", report.lines())).contains("70 s").contains("dying");
        assertThat(Json.write(report.json()).replaceAll("\\s+", " "))
                .contains(
                        "\"age-seconds\": 70, \"lifetime\": { \"rekey-bytes\": 1000,"
                                + " \"life-time\": 3600, \"life-packets\": 50 },"
                                + " \"state\": \"dying\"");
    }

    private static Snapshot snapshot(Map<Owner, Long> mbufs) {
        Map<Counter, Long> counters = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            counters.put(counter, 0L);
        }
        return new Snapshot(
                counters,
                Map.of(DropReason.REPLAYED, 3L),
                mbufs,
                List.of(
                        new Snapshot.SaState(
                                "t.out",
                                "t",
                                Direction.OUTBOUND,
                                0xc0000001,
                                -1,
                                1,
                                100,
                                3,
                                -1,
                                "spread",
                                new Lifetime(
                                        Limit.ofBytes(1_000),
                                        Limit.ofTime(Duration.ofHours(1)).withPackets(50)),
                                Duration.ofSeconds(70),
                                true)),
                5);
    }
}
