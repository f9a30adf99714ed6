package io.esplanade.engine.runtime.config;

import io.esplanade.engine.os.IdleStrategy;

import java.util.List;
import java.util.Objects;

/**
 * Which runtime moves an engine's packets, and on how many threads. All run the same stages on the
 * same tables; they differ in who owns what, and in what is locked.
 */
public sealed interface RuntimeConfig {

    /** One lane on one thread: the default. */
    PerCore DEFAULT = perCore(1);

    /** The name in gateway files and reports. */
    String mode();

    /** How many threads move packets. */
    int threads();

    /** The CPUs that the threads are pinned to, in order; empty: none is. */
    List<Integer> cpus();

    /** What a thread does when it finds nothing to do. */
    IdleStrategy idle();

    /**
     * The least number of small mbufs with which such a runtime loses no packet by itself.
     *
     * @param burstSize the most packets worked on together
     */
    default int leastMbufs(int burstSize) {
        return 4 * burstSize * threads();
    }

    /**
     * The least number of large mbufs, if there are any, with which whoever receives a large packet
     * can have one.
     */
    default int leastLargeMbufs() {
        return 1;
    }

    /** Lanes with a worker each. */
    static PerCore perCore(int lanes) {
        return new PerCore(
                lanes, 1, Placement.AUTO, Threading.GROUPED, List.of(), IdleStrategy.BACKOFF);
    }

    /** Threads that share everything under one lock, held for a drain. */
    static GiantLock giantLock(int threads) {
        return new GiantLock(threads, LockScope.DRAIN, List.of(), IdleStrategy.BACKOFF);
    }

    /** Threads that share everything under locks of their own. */
    static FineGrained fineGrained(int threads) {
        return new FineGrained(threads, Numbering.PER_PACKET, List.of(), IdleStrategy.BACKOFF);
    }

    /** All roles of another runtime and the conductor on one thread, in an order made of a seed. */
    static Stepped stepped(long seed, RuntimeConfig of) {
        return new Stepped(seed, of);
    }

    /** For how long the giant lock is held. */
    enum LockScope {
        /** For a drain of at most 50 packets, as netisr's queue had them. */
        DRAIN,
        /** For each packet. */
        PACKET
    }

    /** How threads that share an SA take its sequence numbers. */
    enum Numbering {
        /** One atomic operation per packet. */
        PER_PACKET,
        /** One per run of packets of one SA in a burst. */
        PER_RUN
    }

    /** Which of its lane's workers an SA's packets go to. */
    enum Placement {
        /** Always the same one. */
        PINNED,
        /** All, as they have time; they leave in the order in which they came. */
        SPREAD,
        /** All where the cipher costs more than moving packets between cores does, else one. */
        AUTO
    }

    /** How a lane's roles (Ingress, its workers, Egress) share threads. */
    enum Threading {
        /** All on one. */
        SHARED,
        /** One thread per worker: Ingress with the first worker, Egress with the last. */
        GROUPED,
        /** A thread for each role. */
        DEDICATED
    }

    /**
     * In the manner of KAME on FreeBSD 4 and 5: one lock around everything from input to output.
     *
     * @param threads each with receive queues of its own
     */
    record GiantLock(int threads, LockScope scope, List<Integer> cpus, IdleStrategy idle)
            implements RuntimeConfig {

        public GiantLock {
            Objects.requireNonNull(scope, "scope");
            cpus = check(threads, threads, cpus, idle);
        }

        @Override
        public String mode() {
            return "giant-lock";
        }

        public GiantLock withScope(LockScope newScope) {
            return new GiantLock(threads, newScope, cpus, idle);
        }

        public GiantLock withCpus(List<Integer> newCpus) {
            return new GiantLock(threads, scope, newCpus, idle);
        }

        public GiantLock withIdle(IdleStrategy newIdle) {
            return new GiantLock(threads, scope, cpus, newIdle);
        }
    }

    /**
     * In the manner of FAST_IPSEC: shared SAs with atomic sequence numbers, reference counts, and a
     * lock around each replay window; a shared pool of mbufs.
     *
     * @param threads each with receive queues of its own
     */
    record FineGrained(int threads, Numbering numbering, List<Integer> cpus, IdleStrategy idle)
            implements RuntimeConfig {

        public FineGrained {
            Objects.requireNonNull(numbering, "numbering");
            cpus = check(threads, threads, cpus, idle);
        }

        @Override
        public String mode() {
            return "fine-grained";
        }

        public FineGrained withNumbering(Numbering newNumbering) {
            return new FineGrained(threads, newNumbering, cpus, idle);
        }

        public FineGrained withCpus(List<Integer> newCpus) {
            return new FineGrained(threads, numbering, newCpus, idle);
        }

        public FineGrained withIdle(IdleStrategy newIdle) {
            return new FineGrained(threads, numbering, cpus, newIdle);
        }
    }

    /**
     * Lanes that share nothing that is written, each with a Disruptor ring between its roles.
     *
     * @param lanes how many; each has queues of the ports and the SAs of its tunnels
     * @param workers per lane: how many threads one SA can use
     */
    record PerCore(
            int lanes,
            int workers,
            Placement placement,
            Threading threading,
            List<Integer> cpus,
            IdleStrategy idle)
            implements RuntimeConfig {

        public PerCore {
            Objects.requireNonNull(placement, "placement");
            Objects.requireNonNull(threading, "threading");
            if (workers < 1 || workers > MOST_THREADS) {
                throw new IllegalArgumentException(
                        "a lane has 1 to " + MOST_THREADS + " workers, not " + workers);
            }
            cpus = check(lanes, lanes * threadsPerLane(workers, threading), cpus, idle);
        }

        /** How many threads each lane runs on. */
        public int threadsPerLane() {
            return threadsPerLane(workers, threading);
        }

        private static int threadsPerLane(int workers, Threading threading) {
            return switch (threading) {
                case SHARED -> 1;
                case GROUPED -> workers;
                case DEDICATED -> workers + 2;
            };
        }

        @Override
        public String mode() {
            return "per-core";
        }

        @Override
        public int threads() {
            return lanes * threadsPerLane();
        }

        @Override
        public int leastMbufs(int burstSize) {
            return 4 * burstSize * workers * lanes;
        }

        /** Each lane has mbufs of its own. */
        @Override
        public int leastLargeMbufs() {
            return lanes;
        }

        public PerCore withWorkers(int newWorkers) {
            return new PerCore(lanes, newWorkers, placement, threading, cpus, idle);
        }

        public PerCore withPlacement(Placement newPlacement) {
            return new PerCore(lanes, workers, newPlacement, threading, cpus, idle);
        }

        public PerCore withThreading(Threading newThreading) {
            return new PerCore(lanes, workers, placement, newThreading, cpus, idle);
        }

        public PerCore withCpus(List<Integer> newCpus) {
            return new PerCore(lanes, workers, placement, threading, newCpus, idle);
        }

        public PerCore withIdle(IdleStrategy newIdle) {
            return new PerCore(lanes, workers, placement, threading, cpus, newIdle);
        }
    }

    /**
     * For tests: the roles of another runtime and the conductor, one at a time on one thread, in an
     * order made of a seed. The same seed and input give the same run, packet by packet. The thread
     * is pinned to no CPU.
     *
     * @param seed what the order is made of
     * @param of the runtime whose roles they are
     */
    record Stepped(long seed, RuntimeConfig of) implements RuntimeConfig {

        public Stepped {
            if (of instanceof Stepped) {
                throw new IllegalArgumentException("what is stepped cannot be stepped again");
            }
        }

        @Override
        public String mode() {
            return "stepped";
        }

        @Override
        public int threads() {
            return 1;
        }

        @Override
        public List<Integer> cpus() {
            return List.of();
        }

        @Override
        public IdleStrategy idle() {
            return of.idle();
        }

        @Override
        public int leastMbufs(int burstSize) {
            return of.leastMbufs(burstSize);
        }

        @Override
        public int leastLargeMbufs() {
            return of.leastLargeMbufs();
        }
    }

    /** The most threads or lanes: an mbuf has a byte for its lane. */
    int MOST_THREADS = 64;

    private static List<Integer> check(
            int units, int threads, List<Integer> cpus, IdleStrategy idle) {
        Objects.requireNonNull(idle, "idle");
        if (units < 1 || units > MOST_THREADS) {
            throw new IllegalArgumentException(
                    "an engine has 1 to " + MOST_THREADS + " threads or lanes, not " + units);
        }
        if (!cpus.isEmpty() && cpus.size() != threads) {
            throw new IllegalArgumentException(
                    "%d threads need %d cpus, or none: %d are named"
                            .formatted(threads, threads, cpus.size()));
        }
        return List.copyOf(cpus);
    }
}
