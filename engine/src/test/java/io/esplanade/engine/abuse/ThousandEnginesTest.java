package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A thousand engines opened, used and closed in one JVM leave nothing behind. The bounds are below
 * one page, descriptor, thread or mapping an engine; the JVM is one that is quiet itself: its heap
 * is touched from the start, and compiled code is soon all there is.
 */
@Timeout(240)
class ThousandEnginesTest {

    private static final List<String> QUIET =
            List.of(
                    "-Xms64m",
                    "-Xmx64m",
                    "-XX:+AlwaysPreTouch",
                    "-XX:TieredStopAtLevel=1",
                    "-Xlog:disable");

    private static final int PAIRS = 800;
    private static final int STEP = 100;

    /** Steps that warm the JVM up: what it takes for itself comes at once. */
    private static final int WARM_UP = 3;

    private static final int ENGINES = 2 * (PAIRS - WARM_UP * STEP);

    @Test
    void aThousandEnginesLeaveNothingBehind() throws Exception {
        List<long[]> samples = new ArrayList<>();
        try (ForkedJvm churn = ForkedJvm.start(QUIET, EngineChurn.class, PAIRS, STEP)) {
            for (String line; (line = churn.readLine()) != null; ) {
                System.out.println(line);
                samples.add(Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray());
            }
            assertThat(churn.await()).isZero();
        }
        assertThat(samples).hasSize(PAIRS / STEP);
        long[] before = samples.get(WARM_UP - 1);
        long[] after = samples.getLast();
        assertThat(after[0] - before[0]).as("KiB of RSS").isLessThan(ENGINES * 4 / 2);
        assertThat(after[1] - before[1]).as("descriptors").isLessThan(ENGINES / 100);
        assertThat(after[2] - before[2]).as("threads").isLessThan(ENGINES / 100);
        assertThat(after[3] - before[3]).as("mappings").isLessThan(ENGINES / 10);
    }
}
