package io.esplanade.bench.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SampleTest {

    @Test
    void theMedianOfAnOddNumberIsTheOneInTheMiddle() {
        assertThat(Sample.of(9, 1, 5)).isEqualTo(new Sample(5, 1, 9, 3));
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(Sample.of(4, 1, 3, 100).median()).isEqualTo(3.5);
    }

    @Test
    void oneFigureIsItsOwnRange() {
        assertThat(Sample.of(7)).isEqualTo(new Sample(7, 7, 7, 1));
    }

    @Test
    void noFiguresHaveNoMedian() {
        assertThatThrownBy(Sample::of).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anotherUnitKeepsLeastAndMostApart() {
        assertThat(Sample.of(1, 2, 4).times(10)).isEqualTo(new Sample(20, 10, 40, 3));
    }
}
