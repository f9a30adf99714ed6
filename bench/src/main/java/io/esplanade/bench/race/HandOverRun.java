package io.esplanade.bench.race;

import io.esplanade.bench.bed.HandOverLoop;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What moving packets to another core costs: with one thread all is done on one core, with two a
 * worker on another core has them in between. Counts the median round, since a round in which one
 * of the two was interrupted says nothing.
 */
final class HandOverRun {

    private static final int MOST_ROUNDS = 1 << 20;

    private HandOverRun() {}

    static RunResult measure(Request request) throws InterruptedException {
        Setting setting = request.setting();
        int size = setting.size().shortest();
        long[] nanos = new long[MOST_ROUNDS];
        int rounds = 0;
        int workerCpu = request.cpu(setting.threads() - 1);
        try (HandOverLoop loop = new HandOverLoop(size, request.cpu(0), workerCpu)) {
            long measured = System.nanoTime() + request.timing().warmUpMillis() * 1_000_000L;
            long end = measured + request.timing().measuredMillis() * 1_000_000L;
            long sum = 0;
            for (long now = System.nanoTime(); now < end && rounds < MOST_ROUNDS; ) {
                long start = now;
                sum += loop.run();
                now = System.nanoTime();
                if (start >= measured) {
                    nanos[rounds++] = now - start;
                }
            }
            if (sum == 0) {
                throw new IllegalStateException("the worker changed nothing");
            }
        }
        long[] sorted = Arrays.copyOf(nanos, rounds);
        Arrays.sort(sorted);
        return new RunResult(
                setting,
                HandOverLoop.ROUND,
                0,
                sorted[rounds / 2],
                List.of(),
                Map.of(),
                Map.of(),
                List.of(),
                Map.of());
    }
}
