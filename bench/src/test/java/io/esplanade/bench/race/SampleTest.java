package io.esplanade.bench.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SampleTest {

    @Test
    void theQuartilesHaveHalfOfTheFiguresBetweenThem() {
        assertThat(Sample.of(9, 1, 5, 7, 3)).isEqualTo(new Sample(5, 3, 7, 5));
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(Sample.of(4, 1, 3, 100).median()).isEqualTo(3.5);
    }

    @Test
    void oneFigureIsItsOwnQuartiles() {
        assertThat(Sample.of(7)).isEqualTo(new Sample(7, 7, 7, 1));
    }

    @Test
    void noFiguresHaveNoMedian() {
        assertThatThrownBy(Sample::of).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anotherUnitKeepsTheQuartilesApart() {
        assertThat(Sample.of(1, 3, 5).times(10)).isEqualTo(new Sample(30, 20, 40, 3));
    }
}
