package io.esplanade.bench.lanes;

import io.esplanade.bench.floor.Contestant;
import io.esplanade.bench.floor.Stopwatch;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Lets contestants take turns on the calling thread: in each round every one works on about as many
 * packets, and who is first changes from round to round. The machine's speed may change meanwhile,
 * but hardly within a round.
 */
public final class Turns {

    private static final int MOST_ROUNDS = 10_000;

    private final Contestant[] contestants;
    private final int packets;
    private final Stopwatch watch = new Stopwatch();
    private final double[][] wall; // by contestant and round: ns per packet
    private final double[][] cpu;
    private final long[] bytes;
    private final long[] worked;
    private int rounds;

    /**
     * @param packets the least that a turn has
     */
    public Turns(int packets, Contestant... contestants) {
        this.contestants = contestants;
        this.packets = packets;
        wall = new double[contestants.length][MOST_ROUNDS];
        cpu = new double[contestants.length][MOST_ROUNDS];
        bytes = new long[contestants.length];
        worked = new long[contestants.length];
    }

    /** Forgets what was measured so far. */
    public void forget() {
        rounds = 0;
        for (int i = 0; i < contestants.length; i++) {
            bytes[i] = 0;
            worked[i] = 0;
        }
    }

    /** Takes turns for so long. */
    public void play(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end && rounds < MOST_ROUNDS) {
            for (int i = 0; i < contestants.length; i++) {
                turn((rounds + i) % contestants.length);
            }
            rounds++;
        }
    }

    private void turn(int index) {
        Contestant contestant = contestants[index];
        contestant.prepare();
        contestant.run(); // brings back to the caches what the others' turns have put out
        watch.reset();
        int done = 0;
        while (done < packets) {
            int portion = contestant.prepare();
            watch.start();
            contestant.run();
            watch.stop();
            done += portion;
        }
        wall[index][rounds] = watch.wallNanos() / done;
        cpu[index][rounds] = watch.cpuNanos() / done;
        bytes[index] += watch.bytes();
        worked[index] += done;
    }

    int rounds() {
        return rounds;
    }

    /** Elapsed time, ns per packet, of each round. */
    double[] wall(int contestant) {
        return Arrays.copyOf(wall[contestant], rounds);
    }

    /** CPU time, ns per packet, of each round. */
    public double[] cpu(int contestant) {
        return Arrays.copyOf(cpu[contestant], rounds);
    }

    /** Bytes allocated on the heap per packet. */
    double allocated(int contestant) {
        return (double) bytes[contestant] / worked[contestant];
    }
}
