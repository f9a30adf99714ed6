package io.esplanade.bench.lanes;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

/**
 * Adds up what parts of a thread's work take, less what looking at the clocks takes. One thread.
 */
final class Stopwatch {

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

    Stopwatch() {
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

    void reset() {
        looks = 0;
        wall = 0;
        cpu = 0;
        bytes = 0;
    }

    void start() {
        bytesSince = THREADS.getCurrentThreadAllocatedBytes();
        cpuSince = THREADS.getCurrentThreadCpuTime();
        wallSince = System.nanoTime();
    }

    void stop() {
        long wallNow = System.nanoTime();
        long cpuNow = THREADS.getCurrentThreadCpuTime();
        bytes += THREADS.getCurrentThreadAllocatedBytes() - bytesSince;
        wall += wallNow - wallSince;
        cpu += cpuNow - cpuSince;
        looks++;
    }

    /** Elapsed time, ns. */
    double wallNanos() {
        return wall - looks * wallLook;
    }

    /** CPU time of the thread, ns. */
    double cpuNanos() {
        return cpu - looks * cpuLook;
    }

    /** What the thread allocated on the heap. */
    long bytes() {
        return bytes;
    }
}
