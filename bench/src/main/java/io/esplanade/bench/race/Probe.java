package io.esplanade.bench.race;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A gateway's numbers at one moment; two of them make a {@link Usage}.
 *
 * @param nanos when the packets were counted
 * @param packets sent by then
 */
record Probe(long nanos, long packets, Subject.Counts counts, Map<Long, Use> threads) {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What a thread has used so far. */
    record Use(String name, long cpuNanos, long allocatedBytes) {}

    /** The gateway's numbers now. Its conductor, which no packet meets, is left out. */
    static Probe of(Gateway gateway) {
        long packets = gateway.sent();
        long nanos = System.nanoTime();
        Map<Long, Use> threads = new LinkedHashMap<>();
        long[] ids = THREADS.getAllThreadIds();
        ThreadInfo[] infos = THREADS.getThreadInfo(ids);
        for (int i = 0; i < ids.length; i++) {
            String name = infos[i] == null ? "" : infos[i].getThreadName();
            if (name.startsWith(Gateway.THREADS) && !name.endsWith("-conductor")) {
                threads.put(
                        ids[i],
                        new Use(
                                name,
                                THREADS.getThreadCpuTime(ids[i]),
                                THREADS.getThreadAllocatedBytes(ids[i])));
            }
        }
        return new Probe(nanos, packets, gateway.counts(), threads);
    }

    /** What was used and counted from {@code before} to this moment. */
    Usage since(Probe before) {
        List<Usage.ThreadUse> uses = new ArrayList<>();
        threads.forEach(
                (id, now) -> {
                    Use then = before.threads.getOrDefault(id, new Use(now.name, 0, 0));
                    uses.add(
                            new Usage.ThreadUse(
                                    now.name,
                                    now.cpuNanos - then.cpuNanos,
                                    now.allocatedBytes - then.allocatedBytes));
                });
        return new Usage(
                packets - before.packets, nanos - before.nanos, uses, counts.since(before.counts));
    }
}
