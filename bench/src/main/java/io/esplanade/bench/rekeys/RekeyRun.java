package io.esplanade.bench.rekeys;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.OfferedLoad;
import io.esplanade.engine.crypto.CryptoProvider;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Finds the rate at which two gateways lose nothing (RFC 2544 §26.1), offers a part of it, and
 * meanwhile changes their keys.
 */
public final class RekeyRun {

    private static final int MOST_TRIALS = 20;
    private static final int TRIALS_IN_VAIN = 3;
    private static final double MORE = 1.03;
    private static final int STEPS = 8; // of the search: to half a percent
    private static final double LESS = 0.9; // where a rate is not carried for long
    private static final double LEAST = 0.1; // of what short trials have found
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int WARM_UP = 10; // rekeys
    private static final int SAID_EVERY = 10; // rekeys

    private final CryptoProvider provider;
    private final FrameSize size;
    private final int room;
    private final int rekeys;
    private final double part;
    private final Duration trial;
    private final Duration confirmation;
    private final Duration interval;

    /**
     * @param room packets that wait at most where they arrive
     * @param rekeys how many
     * @param part of the rate without loss that is offered meanwhile, up to 1
     * @param trial how long each rate is tried in the search
     * @param confirmation for how long the rate found must be carried without loss (RFC 2544 §24)
     * @param interval from one rekey's beginning to the next one's, or as long as it takes
     */
    public RekeyRun(
            CryptoProvider provider,
            FrameSize size,
            int room,
            int rekeys,
            double part,
            Duration trial,
            Duration confirmation,
            Duration interval) {
        this.provider = provider;
        this.size = size;
        this.room = room;
        this.rekeys = rekeys;
        this.part = part;
        this.trial = trial;
        this.confirmation = confirmation;
        this.interval = interval;
    }

    /**
     * Runs it all.
     *
     * @param lines takes what people want to know meanwhile
     * @throws IllegalStateException if no rate is carried for long: the machine is busy
     */
    public RekeyResult run(Consumer<String> lines) {
        Pair pair = new Pair(provider, size, room);
        RekeyResult result;
        try (pair) {
            double rate = confirm(pair, search(pair, lines), lines);
            result = rekey(pair, rate, lines);
        }
        return result.withOutOfOrder(pair.outOfOrder());
    }

    private double search(Pair pair, Consumer<String> lines) {
        double most = saturate(pair);
        lines.accept("%,.0f packets a second when there is always another".formatted(most));
        double least = 0;
        for (int i = 0; i < STEPS; i++) {
            double rate = i == 0 ? most : (least + most) / 2;
            long before = lost(pair);
            offer(pair, rate, trial);
            long lost = lost(pair) - before;
            lines.accept("%,.0f packets a second: %,d lost".formatted(rate, lost));
            if (lost > 0) {
                most = rate;
            } else {
                least = rate;
                if (i == 0) {
                    break;
                }
            }
        }
        return least;
    }

    /**
     * The rate found, or a lower one, that is carried for long enough: a short trial may fall into
     * a moment in which the machine is faster than it is, and what waits then does not yet
     * overflow.
     */
    private double confirm(Pair pair, double found, Consumer<String> lines) {
        for (double rate = found; rate > found * LEAST; rate *= LESS) {
            long before = lost(pair);
            long start = System.nanoTime();
            pair.load().perSecond(rate);
            while (lost(pair) == before && System.nanoTime() - start < confirmation.toNanos()) {
                pause(System.nanoTime(), LOOK);
            }
            double seconds = (double) (System.nanoTime() - start) / TimeUnit.SECONDS.toNanos(1);
            pair.rest();
            long lost = lost(pair) - before;
            lines.accept(
                    "%,.0f packets a second for %.1f s: %,d lost".formatted(rate, seconds, lost));
            if (lost == 0) {
                return rate;
            }
        }
        throw new IllegalStateException(
                "no rate is carried without loss for %.0f s: what else does the machine do?"
                        .formatted(confirmation.toMillis() / 1e3));
    }

    /** The most packets a second that came out, when the JIT makes them no more. */
    private double saturate(Pair pair) {
        double most = 0;
        int inVain = 0;
        for (int i = 0; i < MOST_TRIALS && inVain < TRIALS_IN_VAIN; i++) {
            double rate = offer(pair, OfferedLoad.SATURATED, trial);
            inVain = rate > most * MORE ? 0 : inVain + 1;
            most = Math.max(most, rate);
        }
        return most;
    }

    private static long lost(Pair pair) {
        return pair.load().lost() + pair.dropped();
    }

    /** Offers a rate for a while; says how many packets came out a second. */
    private static double offer(Pair pair, double rate, Duration duration) {
        long before = pair.arrived();
        long start = System.nanoTime();
        pair.load().perSecond(rate);
        pause(start, duration);
        long arrived = pair.arrived() - before;
        double seconds = (double) (System.nanoTime() - start) / TimeUnit.SECONDS.toNanos(1);
        pair.rest();
        return arrived / seconds;
    }

    private RekeyResult rekey(Pair pair, double rate, Consumer<String> lines) {
        double offered = rate * part;
        lines.accept("%,.0f packets a second, %.0f%% of that".formatted(offered, part * 100));
        pair.load().perSecond(offered);
        long before = lost(pair);
        long waitAtFirst = 0;
        for (int n = 0; n < WARM_UP; n++) {
            rekey(pair);
            waitAtFirst = Math.max(waitAtFirst, pair.load().longestWait());
            pair.load().perSecond(offered);
        }
        long lostAtFirst = lost(pair) - before;
        lines.accept(
                "  %d rekeys, at which the JIT compiles anew: %,d lost, a packet waited for %.1f ms"
                        .formatted(WARM_UP, lostAtFirst, waitAtFirst / 1e6));
        pair.rest();
        long arrived = pair.arrived();
        long notTaken = pair.load().lost();
        long dropped = pair.dropped();
        long longest = 0;
        pair.load().perSecond(offered);
        for (int n = 1; n <= rekeys; n++) {
            longest = Math.max(longest, rekey(pair));
            if (n % SAID_EVERY == 0) {
                lines.accept(
                        "  %d rekeys, %,d packets: %,d lost"
                                .formatted(
                                        n,
                                        pair.arrived() - arrived,
                                        lost(pair) - notTaken - dropped));
            }
        }
        long wait = pair.load().longestWait();
        pair.rest();
        long arrivedAt = pair.arrived();
        long notTakenAt = pair.load().lost();
        long droppedAt = pair.dropped();
        offer(pair, offered, interval.multipliedBy(rekeys));
        long lostAfterwards = lost(pair) - notTakenAt - droppedAt;
        lines.accept("  as long without rekeys: %,d lost".formatted(lostAfterwards));
        return new RekeyResult(
                rate,
                confirmation.toMillis() / 1e3,
                offered,
                lostAtFirst,
                waitAtFirst,
                rekeys,
                arrivedAt - arrived,
                notTakenAt - notTaken,
                droppedAt - dropped,
                0,
                longest,
                wait,
                lostAfterwards);
    }

    /** One rekey and the pause behind it; says how long it took, ns. */
    private long rekey(Pair pair) {
        long start = System.nanoTime();
        pair.rekey();
        long took = System.nanoTime() - start;
        pause(start, interval);
        return took;
    }

    private static void pause(long start, Duration duration) {
        long left;
        while ((left = start + duration.toNanos() - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }
}
