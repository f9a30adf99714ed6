package io.esplanade.bench;

import io.esplanade.bench.floor.Contestant;
import io.esplanade.bench.floor.Stopwatch;

import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JMH profiler that measures, before each iteration and in the same process, what the benchmark
 * is to be compared with: {@code java -jar benchmarks.jar -prof io.esplanade.bench.FloorProfiler}
 * adds the floors' ns per packet to each result, and the CPU time that the benchmark itself took.
 */
public final class FloorProfiler implements InternalProfiler {

    private static final int PASSES = 5;

    private static final Map<String, Contestant> FLOORS = new LinkedHashMap<>();
    private static Stopwatch benchmark;

    private final Stopwatch watch = new Stopwatch();
    private final Map<String, Double> costs = new LinkedHashMap<>();

    /**
     * What a benchmark's state says when it is set up.
     *
     * @param watch what it times its own packets with, if it does
     * @param floors by name
     */
    static synchronized void announce(Stopwatch watch, Map<String, Contestant> floors) {
        benchmark = watch;
        FLOORS.clear();
        FLOORS.putAll(floors);
    }

    @Override
    public String getDescription() {
        return "What the cryptography alone costs, in the same process";
    }

    /** The last iteration takes the state down: behind it there is nothing to measure any more. */
    @Override
    public void beforeIteration(BenchmarkParams benchmarkParams, IterationParams params) {
        synchronized (FloorProfiler.class) {
            costs.clear();
            FLOORS.forEach((name, floor) -> costs.put(name, cost(floor)));
            if (benchmark != null) {
                benchmark.reset();
            }
        }
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmarkParams, IterationParams params, IterationResult result) {
        List<ScalarResult> results = new ArrayList<>();
        synchronized (FloorProfiler.class) {
            long packets = result.getMetadata().getMeasuredOps();
            if (benchmark != null && packets > 0) {
                results.add(scalar("cpu", benchmark.cpuNanos() / packets));
            }
        }
        costs.forEach((name, nanos) -> results.add(scalar("floor: " + name, nanos)));
        return results;
    }

    private static ScalarResult scalar(String name, double nanos) {
        return new ScalarResult(name, nanos, "ns/op", AggregationPolicy.AVG);
    }

    /** The CPU time of a packet, ns: the least of some passes, the first of which warm up. */
    private double cost(Contestant floor) {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < PASSES; i++) {
            int packets = floor.prepare();
            watch.reset();
            watch.start();
            floor.run();
            watch.stop();
            least = Math.min(least, watch.cpuNanos() / packets);
        }
        return least;
    }
}
