package io.esplanade.bench.linerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;

class SearchTest {

    private static final double RESOLUTION = 0.01;

    private int trials;

    /** A path that takes {@code capacity} packets a second and loses what is above. */
    private Search ofPath(double capacity) {
        return new Search(
                rate -> {
                    trials++;
                    long sent = (long) rate;
                    long received = (long) Math.min(rate, capacity);
                    return new Trial(
                            sent, received, 0, 0, TimeUnit.SECONDS.toNanos(1), new Histogram(3), 0);
                },
                RESOLUTION);
    }

    @Test
    void findsWhatAPathTakesWithoutLoss() throws Exception {
        Trial found = ofPath(123_456).find(0, null, 2e6, 0);
        assertThat(found.perSecond()).isCloseTo(123_456, within(123_456 * RESOLUTION));
        assertThat(found.loss()).isZero();
        assertThat(trials).isLessThan(20);
    }

    @Test
    void goesAboveThatWhereAShareMayBeLost() throws Exception {
        Search search = ofPath(100_000);
        Trial none = search.find(0, null, 2e6, 0);
        Trial tenth = search.find(none.perSecond(), none, 2e6, 0.1);
        assertThat(tenth.perSecond()).isCloseTo(111_111, within(1_200.0));
        assertThat(tenth.loss()).isLessThanOrEqualTo(0.1);
    }

    @Test
    void aPathThatTakesAllIsTriedOnce() throws Exception {
        assertThat(ofPath(5e6).find(0, null, 2e6, 0).perSecond()).isEqualTo(2e6);
        assertThat(trials).isEqualTo(1);
    }

    @Test
    void aPathThatCarriesNothingHasNoSuchRate() throws Exception {
        assertThat(ofPath(0).find(0, null, 2e6, 0)).isNull();
    }
}
