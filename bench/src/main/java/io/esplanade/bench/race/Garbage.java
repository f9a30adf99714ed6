package io.esplanade.bench.race;

import java.util.concurrent.locks.LockSupport;

/**
 * An application beside the gateway, as an embedding program is: a thread that allocates so much
 * each second and keeps some of it for a while, so that the collector has work to do.
 */
final class Garbage extends Thread {

    private static final int CHUNK = 1024;
    private static final int KEPT = 32 * 1024; // 32 MB live
    private static final long PERIOD = 1_000_000;

    private final byte[][] kept = new byte[KEPT][];
    private final int chunksPerPeriod;

    Garbage(int megabytesPerSecond) {
        super("application");
        setDaemon(true);
        chunksPerPeriod = Math.max(1, megabytesPerSecond * 1_000_000 / CHUNK / 1000);
    }

    @Override
    public void run() {
        int next = 0;
        long due = System.nanoTime();
        while (true) {
            for (int i = 0; i < chunksPerPeriod; i++) {
                kept[next] = new byte[CHUNK];
                next = (next + 1) % KEPT;
            }
            due += PERIOD;
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }
}
