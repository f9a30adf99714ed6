package io.esplanade.engine.interleaving;

import java.util.SplittableRandom;

/**
 * Sequence numbers as a network reorders and an attacker replays them: mostly in order, often
 * around the edges of the window, at times long past, and now and then far ahead.
 */
final class HostileNumbers {

    /** So that jumps in packets under way do not add up to what no receiver can infer. */
    private static final int BETWEEN_JUMPS = 4096;

    private static final long FAR = 1L << 31;

    private final ReplayModel model;
    private final long last;
    private final SplittableRandom random;
    private int sinceJump;

    /**
     * @param last the last number there is
     */
    HostileNumbers(ReplayModel model, long last, SplittableRandom random) {
        this.model = model;
        this.last = last;
        this.random = random;
    }

    /** The next one, at least 1. */
    long next() {
        long number = draw();
        boolean ahead = Long.compareUnsigned(number, model.top()) > 0;
        boolean sound =
                number != 0
                        && Long.compareUnsigned(number, last) <= 0
                        && (!ahead || Long.compareUnsigned(number - model.top(), FAR) < 0);
        return sound ? number : back(random.nextInt(model.size()));
    }

    private long draw() {
        int w = model.size();
        long t = model.top();
        sinceJump++;
        return switch (random.nextInt(16)) {
            case 0, 1 -> back(w - 2 + random.nextInt(5)); // the left edge
            case 2, 3 -> back(random.nextInt(w)); // in the window
            case 4 -> back(random.nextInt(4)); // the right edge
            case 5 -> back(random.nextInt(4 * w)); // late
            case 6 -> t - (1L << 32) + random.nextInt(-w, 2 * w); // its low half is yet to come
            case 7 -> t + 1 + random.nextInt(2 * w); // a gap
            case 8 -> jump();
            default -> t + 1 + random.nextInt(2);
        };
    }

    private long back(long n) {
        long t = model.top();
        return Long.compareUnsigned(n, t) < 0 ? t - n : 1;
    }

    private long jump() {
        if (sinceJump < BETWEEN_JUMPS) {
            return model.top() + 1;
        }
        sinceJump = 0;
        return model.top() + 1 + random.nextInt(1 << 30);
    }
}
