package io.esplanade.bench;

import io.esplanade.bench.bed.TableSets;
import io.esplanade.engine.fib.Fib;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.PolicyTable;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.Sad;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.SelectorFields;
import io.esplanade.engine.ipsec.Spd;
import io.esplanade.engine.ipsec.SpdEntry;
import io.esplanade.engine.ipsec.SpdSearch;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What tables cost by how much is in them: a lookup, each of another entry, so that from a size on
 * most of what it reads is in no cache; a change, which is one entry added or removed; and, as
 * {@code bytes}, the heap that the table takes for an entry beside the entry itself. Times are ns.
 *
 * <p>{@link #mapChange} is the yardstick: how much a change of a {@link HashMap} of as many entries
 * costs more when there are more, which does the same few steps throughout, is what memory costs.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx6g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class TablesBenchmark {

    /** Entries that an invocation changes, so that choosing them is not measured. */
    private static final int CHANGES = 4096;

    /** Policies. */
    @State(Scope.Thread)
    public static class Policies {

        @Param({"10", "1000", "100000", "1000000"})
        int size;

        /**
         * sites: a policy for each pair of a local and a remote /24. ranges: sources and
         * destinations from any address to any other, all of which overlap many others.
         */
        @Param({"sites", "ranges"})
        String kind;

        final SplittableRandom random = new SplittableRandom(1);
        final SelectorFields packet = new SelectorFields();
        final SpdSearch search = new SpdSearch();
        PolicyTable table;
        Spd spd;

        @Setup
        public void fill(Bytes bytes) {
            List<SecurityPolicy> policies = TableSets.policies(kind, size);
            long before = Bytes.used();
            table = new PolicyTable(name -> 0);
            policies.forEach(table::add);
            bytes.perEntry(before, size);
            spd = table.spd();
        }
    }

    /** The same, and those of them that change. */
    @State(Scope.Thread)
    public static class Changes extends Policies {

        final SecurityPolicy[] next = new SecurityPolicy[CHANGES];

        /** Policies come from who adds them, fresh, and not from a table of the benchmark's. */
        @Setup(Level.Invocation)
        public void choose() {
            for (int i = 0; i < CHANGES; i++) {
                next[i] = TableSets.policy(kind, random.nextInt(size));
            }
        }
    }

    /** A map from names. */
    @State(Scope.Thread)
    public static class Names {

        @Param({"10", "1000", "100000", "1000000"})
        int size;

        final SplittableRandom random = new SplittableRandom(1);
        final String[] next = new String[CHANGES];
        final Map<String, String> map = new HashMap<>();

        @Setup
        public void fill() {
            for (int i = 0; i < size; i++) {
                map.put("p" + i, "p" + i);
            }
        }

        @Setup(Level.Invocation)
        public void choose() {
            for (int i = 0; i < CHANGES; i++) {
                next[i] = "p" + random.nextInt(size);
            }
        }
    }

    /** Inbound SAs. */
    @State(Scope.Thread)
    public static class Associations {

        @Param({"10", "1000", "100000", "1000000"})
        int size;

        final SplittableRandom random = new SplittableRandom(1);
        InboundState[] states;
        Sad sad;
        long high;
        long low;

        @Setup
        public void fill(Bytes bytes) {
            states = TableSets.associations(size);
            high = IpAddresses.high(states[0].association().destination());
            low = IpAddresses.low(states[0].association().destination());
            long before = Bytes.used();
            sad = new Sad();
            for (InboundState state : states) {
                sad.add(state);
            }
            bytes.perEntry(before, size);
        }

        InboundState find(int i) {
            return sad.inbound(TableSets.spi(i), high, low);
        }
    }

    /** Routes. */
    @State(Scope.Thread)
    public static class Routes {

        @Param({"10", "1000", "100000", "1000000"})
        int size;

        final SplittableRandom random = new SplittableRandom(1);
        Prefix[] routes;
        Fib fib;

        @Setup
        public void fill(Bytes bytes) {
            routes = TableSets.routes(size);
            long before = Bytes.used();
            fib = new Fib();
            for (Prefix route : routes) {
                fib.put(route, 1);
            }
            bytes.perEntry(before, size);
        }
    }

    /** Heap per entry, beside the times. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Bytes {

        private double perEntry;
        private int iterations;

        @Setup
        public void prepare(BenchmarkParams params) {
            iterations = params.getMeasurement().getCount();
        }

        /** What is reported, once for each iteration, and added up. */
        public double bytes() {
            return perEntry / iterations;
        }

        static long used() {
            Runtime runtime = Runtime.getRuntime();
            System.gc();
            return runtime.totalMemory() - runtime.freeMemory();
        }

        void perEntry(long before, int size) {
            perEntry = (double) (used() - before) / size;
        }
    }

    @Benchmark
    public SpdEntry spdLookup(Policies p) {
        TableSets.packet(p.kind, p.random, p.size, p.packet);
        return p.search.find(p.spd, Direction.OUTBOUND, p.packet);
    }

    @Benchmark
    @OperationsPerInvocation(2 * CHANGES)
    public Spd spdChange(Changes p) {
        for (SecurityPolicy policy : p.next) {
            p.table.remove(policy.name());
            p.table.add(policy);
            p.table.forgetBefore(p.table.spd());
        }
        return p.table.spd();
    }

    @Benchmark
    @OperationsPerInvocation(2 * CHANGES)
    public Map<String, String> mapChange(Names n) {
        for (String name : n.next) {
            n.map.remove(name);
            n.map.put(name, name);
        }
        return n.map;
    }

    @Benchmark
    public int sadLookup(Associations a) {
        return a.find(a.random.nextInt(a.size)).lane();
    }

    @Benchmark
    @OperationsPerInvocation(2)
    public int sadChange(Associations a) {
        int i = a.random.nextInt(a.size);
        int slot = a.find(i).slot();
        a.sad.remove(slot);
        a.sad.reclaim(slot);
        return a.sad.add(a.states[i]);
    }

    @Benchmark
    public int fibLookup(Routes r) {
        return r.fib.lookupIpv4(TableSets.destination(r.random, r.size));
    }

    @Benchmark
    @OperationsPerInvocation(2)
    public boolean fibChange(Routes r) {
        Prefix route = r.routes[r.random.nextInt(r.size)];
        boolean was = r.fib.remove(route);
        r.fib.put(route, 1);
        return was;
    }
}
