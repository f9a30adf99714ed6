package io.esplanade.bench.floor;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

/**
 * Adds up what parts of a thread's work take, less what looking at the clocks takes. One thread.
 */
public final class Stopwatch {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALIBRATION = 20_000;

    private double wallLook;
    private double cpuLook;
    private long looks;
    private long wall;
    private long cpu;
    private long bytes;
    private long wallSince;
    private long cpuSince;
    private long bytesSince;

    /** Finds out what looking takes. */
    public Stopwatch() {
        for (int i = 0; i < 2; i++) { // the first time for the JIT
            reset();
            for (int j = 0; j < CALIBRATION; j++) {
                start();
                stop();
            }
            wallLook = (double) wall / looks;
            cpuLook = (double) cpu / looks;
        }
    }

    /** Forgets what was added up. */
    public void reset() {
        looks = 0;
        wall = 0;
        cpu = 0;
        bytes = 0;
    }

    public void start() {
        bytesSince = THREADS.getCurrentThreadAllocatedBytes();
        cpuSince = THREADS.getCurrentThreadCpuTime();
        wallSince = System.nanoTime();
    }

    public void stop() {
        long wallNow = System.nanoTime();
        long cpuNow = THREADS.getCurrentThreadCpuTime();
        bytes += THREADS.getCurrentThreadAllocatedBytes() - bytesSince;
        wall += wallNow - wallSince;
        cpu += cpuNow - cpuSince;
        looks++;
    }

    /** Elapsed time, ns. */
    public double wallNanos() {
        return wall - looks * wallLook;
    }

    /** CPU time of the thread, ns. */
    public double cpuNanos() {
        return cpu - looks * cpuLook;
    }

    /** What the thread allocated on the heap. */
    public long bytes() {
        return bytes;
    }
}
