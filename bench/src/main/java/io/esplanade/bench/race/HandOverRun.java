package io.esplanade.bench.race;

import io.esplanade.bench.bed.HandOverLoop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What moving packets to another core costs: with one thread all is done on one core, with two a
 * worker on another core has them in between. Of each slice the median round counts, since a round
 * in which one of the two was interrupted says nothing.
 */
final class HandOverRun implements Trial {

    private static final int MOST_ROUNDS = 1 << 20;

    private final Request request;
    private final HandOverLoop loop;
    private final List<Slice> slices = new ArrayList<>();
    private final long[] nanos = new long[MOST_ROUNDS];

    HandOverRun(Request request) throws InterruptedException {
        this.request = request;
        Setting setting = request.setting();
        int workerCpu = request.cpu(setting.threads() - 1);
        loop = new HandOverLoop(setting.size().shortest(), request.cpu(0), workerCpu);
    }

    @Override
    public void work(long millis) {
        rounds(millis);
    }

    @Override
    public Slice slice(long millis) {
        int rounds = rounds(millis);
        Arrays.sort(nanos, 0, rounds);
        slices.add(new Slice(HandOverLoop.ROUND, nanos[rounds / 2]));
        return slices.getLast();
    }

    /** Works for so long, for one round at least; answers how many have their times noted. */
    private int rounds(long millis) {
        long sum = 0;
        int rounds = 0;
        long now = System.nanoTime();
        long end = now + millis * 1_000_000;
        do {
            long start = now;
            sum += loop.run();
            now = System.nanoTime();
            nanos[rounds++] = now - start;
        } while (now < end && rounds < MOST_ROUNDS);
        if (sum == 0) {
            throw new IllegalStateException("the worker changed nothing");
        }
        return rounds;
    }

    @Override
    public RunResult end() {
        loop.close();
        return RunResult.of(request, slices, Map.of());
    }
}
