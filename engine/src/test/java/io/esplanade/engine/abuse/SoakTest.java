package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Long runs while everything changes: {@code -Desplanade.soak=600} for ten minutes. */
class SoakTest {

    private static final int SECONDS = Integer.getInteger("esplanade.soak", 15);

    /** A JVM that is quiet itself: a heap touched from the start, and one compiler. */
    static final List<String> QUIET =
            List.of(
                    "-Xms64m",
                    "-Xmx64m",
                    "-XX:+AlwaysPreTouch",
                    "-XX:TieredStopAtLevel=1",
                    "-Xlog:disable");

    private static final long GROWTH = 4 << 10; // KiB; a leak of one mbuf a change is more

    @Test
    void gatewaysWhoseAssociationsPoliciesAndRoutesChangeUnderLoadLeakNothing() throws Exception {
        List<long[]> samples = new ArrayList<>();
        try (ForkedJvm soak = ForkedJvm.start(QUIET, Soak.class, SECONDS)) {
            for (String line; (line = soak.readLine()) != null; ) {
                System.out.println(line);
                samples.add(Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray());
            }
            assertThat(soak.await()).as("what it says at its end").isZero();
        }
        long[] warm = samples.get(samples.size() / 3);
        long[] last = samples.getLast();
        assertThat(last[0] - warm[0]).as("KiB of RSS").isLessThan(GROWTH);
        assertThat(last[1]).as("packets").isGreaterThan(1_000L * SECONDS);
        assertThat(last[2]).as("rekeys").isGreaterThan(2L * SECONDS);
    }
}
