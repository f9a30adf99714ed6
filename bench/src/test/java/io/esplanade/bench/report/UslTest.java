package io.esplanade.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.Random;

class UslTest {

    private static final double[] THREADS = {1, 2, 4, 8, 16, 32};

    private static double[] throughput(Usl law, double noise) {
        Random random = new Random(42);
        return Arrays.stream(THREADS)
                .map(n -> law.at(n) * (1 + noise * (2 * random.nextDouble() - 1)))
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({"3e6, 0.05, 0.001", "1e6, 0, 0", "2e6, 0.9, 0", "5, 0, 0.02"})
    void theLawBehindExactFiguresIsFound(double lambda, double sigma, double kappa) {
        Usl law = new Usl(lambda, sigma, kappa);
        Usl fit = Usl.fit(THREADS, throughput(law, 0));
        assertThat(fit.lambda()).isCloseTo(lambda, within(lambda * 1e-9));
        assertThat(fit.sigma()).isCloseTo(sigma, within(1e-9));
        assertThat(fit.kappa()).isCloseTo(kappa, within(1e-9));
    }

    @Test
    void noiseOfThreePercentMovesTheForecastLittle() {
        Usl law = new Usl(3e6, 0.05, 0.001);
        Usl fit = Usl.fit(THREADS, throughput(law, 0.03));
        assertThat(fit.at(64)).isCloseTo(law.at(64), within(law.at(64) * 0.15));
    }

    @Test
    void scalingBetterThanLinearGivesNoNegativeCosts() {
        Usl fit = Usl.fit(new double[] {1, 2, 3, 4}, new double[] {1, 2.2, 3.5, 4.9});
        assertThat(fit.sigma()).isZero();
        assertThat(fit.kappa()).isZero();
    }

    @Test
    void thePeakIsWhereMoreThreadsDoLess() {
        Usl law = new Usl(1, 0.1, 0.01);
        assertThat(law.at(law.peak()))
                .isGreaterThan(law.at(law.peak() - 1))
                .isGreaterThan(law.at(law.peak() + 1));
        assertThat(new Usl(1, 0.1, 0).peak()).isInfinite();
    }

    @Test
    void threeThreadCountsAreTooFew() {
        double[] three = {1, 2, 4};
        assertThatThrownBy(() -> Usl.fit(three, three))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void halfTheTimeInTurnBoundsAmdahlAtTwice() {
        Amdahl law = new Amdahl(10, 0.5);
        assertThat(law.at(1)).isEqualTo(10);
        assertThat(law.at(2)).isCloseTo(13.33, within(0.01));
        assertThat(law.limit()).isEqualTo(2);
    }
}
