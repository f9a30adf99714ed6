package io.esplanade.engine.interleaving;

import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.Placement;
import io.esplanade.engine.runtime.config.RuntimeConfig.Threading;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.stream.Stream;

/**
 * Order on real threads, of which some are held up at random: {@code -Desplanade.packets=N} sends N
 * times as many packets.
 */
class ThreadedLanesTest {

    private static final int TIMES = Integer.getInteger("esplanade.packets", 1);
    private static final int OUTWARD = 350_000 * TIMES; // two million in all
    private static final int INWARD = 50_000 * TIMES;

    static Stream<Arguments> lanes() {
        return Stream.of(Placement.PINNED, Placement.SPREAD)
                .flatMap(
                        placement ->
                                Stream.of(Threading.values())
                                        .map(threading -> Arguments.of(placement, threading)));
    }

    private static Plan plan(Placement placement, Threading threading, long first) {
        RuntimeConfig.PerCore lanes =
                RuntimeConfig.perCore(2)
                        .withWorkers(2)
                        .withPlacement(placement)
                        .withThreading(threading);
        return new Plan(lanes, 2, 2, true, 32, 2048, 4, true, 128, first);
    }

    @ParameterizedTest
    @MethodSource("lanes")
    void packetsOfAFlowLeaveOnceAndInOrder(Placement placement, Threading threading) {
        try (ThreadedLanes lanes = new ThreadedLanes(1, plan(placement, threading, 1))) {
            lanes.outward(OUTWARD);
        }
    }

    @ParameterizedTest
    @MethodSource("lanes")
    void whatRfc4303AcceptsComesOutOnceWhileInputIsReorderedAcrossTheWindowsEdge(
            Placement placement, Threading threading) {
        for (long first : List.of(1L, (1L << 32) - 300)) {
            try (ThreadedLanes lanes = new ThreadedLanes(2, plan(placement, threading, first))) {
                lanes.inward(INWARD / 2);
            }
        }
    }
}
