package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** SAs that come and go under load: {@code -Desplanade.churn=1000000} for a million of them. */
class SaChurnTest {

    private static final int SAS = Integer.getInteger("esplanade.churn", 10_000);

    /** KiB. Contexts of one SA take some 10 on both sides: leaked, they would be ten times that. */
    private static final long GROWTH = 8 << 10;

    @Test
    void tenThousandSasAddedAndRemovedUnderTrafficLeaveNoMemoryNoContextAndNoMbuf()
            throws Exception {
        List<long[]> samples = new ArrayList<>();
        try (ForkedJvm churn = ForkedJvm.start(SoakTest.QUIET, SaChurn.class, SAS)) {
            for (String line; (line = churn.readLine()) != null; ) {
                System.out.println(line);
                samples.add(Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray());
            }
            assertThat(churn.await()).as("what it says at its end").isZero();
        }
        long[] warm = samples.get(samples.size() / 3);
        long[] last = samples.getLast();
        assertThat(last[0] - warm[0]).as("KiB of RSS").isLessThan(GROWTH);
        assertThat(last[1]).as("SAs").isGreaterThan(SAS - 16L);
        assertThat(last[2]).as("packets that arrived").isGreaterThan(SAS);
    }
}
