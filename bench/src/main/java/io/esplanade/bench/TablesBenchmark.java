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

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What tables cost by how much is in them: a lookup, each of another entry, so that from a size on
 * most of what it reads is in no cache; a change, which is one entry added or removed; and, as
 * {@code bytes}, the heap that the table takes for an entry beside the entry itself. Times are ns.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx6g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class TablesBenchmark {

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
        SecurityPolicy another;
        Spd spd;

        @Setup
        public void fill(Bytes bytes) {
            List<SecurityPolicy> policies = TableSets.policies(kind, size);
            another = TableSets.policy(kind, size);
            long before = Bytes.used();
            table = new PolicyTable(name -> 0);
            policies.forEach(table::add);
            bytes.perEntry(before, size);
            spd = table.spd();
        }
    }

    /** Inbound SAs. */
    @State(Scope.Thread)
    public static class Associations {

        @Param({"10", "1000", "100000", "1000000"})
        int size;

        final SplittableRandom random = new SplittableRandom(1);
        Sad sad;
        InboundState another;
        long high;
        long low;

        @Setup
        public void fill(Bytes bytes) {
            InboundState[] states = TableSets.associations(size);
            another = TableSets.association(size);
            high = IpAddresses.high(another.association().destination());
            low = IpAddresses.low(another.association().destination());
            long before = Bytes.used();
            sad = new Sad();
            for (InboundState state : states) {
                sad.add(state);
            }
            bytes.perEntry(before, size);
        }
    }

    /** Routes. */
    @State(Scope.Thread)
    public static class Routes {

        @Param({"10", "1000", "100000", "1000000"})
        int size;

        final SplittableRandom random = new SplittableRandom(1);
        Fib fib;
        Prefix another;

        @Setup
        public void fill(Bytes bytes) {
            long before = Bytes.used();
            fib = new Fib();
            for (int i = 0; i < size; i++) {
                fib.put(TableSets.route(i), i & 0xff);
            }
            another = TableSets.route(size);
            bytes.perEntry(before, size);
        }
    }

    /** Heap per entry, beside the times. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Bytes {

        public double bytes;
        private double measured;

        static long used() {
            Runtime runtime = Runtime.getRuntime();
            System.gc();
            return runtime.totalMemory() - runtime.freeMemory();
        }

        void perEntry(long before, int size) {
            measured = (double) (used() - before) / size;
        }

        /** What is reported is zeroed before each iteration. */
        @Setup(Level.Iteration)
        public void report() {
            bytes = measured;
        }
    }

    @Benchmark
    public SpdEntry spdLookup(Policies p) {
        TableSets.packet(p.kind, p.random, p.size, p.packet);
        return p.search.find(p.spd, Direction.OUTBOUND, p.packet);
    }

    @Benchmark
    @OperationsPerInvocation(2)
    public Spd spdChange(Policies p) {
        p.table.add(p.another);
        p.table.remove(p.another.name());
        return p.table.spd();
    }

    @Benchmark
    public int sadLookup(Associations a) {
        int slot = a.sad.inbound(TableSets.spi(a.random.nextInt(a.size)), a.high, a.low);
        return a.sad.inboundState(slot, a.sad.generation(slot)).lane();
    }

    @Benchmark
    @OperationsPerInvocation(2)
    public int sadChange(Associations a) {
        int slot = a.sad.add(a.another);
        a.sad.remove(slot);
        a.sad.reclaim(slot);
        return slot;
    }

    @Benchmark
    public int fibLookup(Routes r) {
        return r.fib.lookupIpv4(TableSets.destination(r.random, r.size));
    }

    @Benchmark
    @OperationsPerInvocation(2)
    public boolean fibChange(Routes r) {
        r.fib.put(r.another, 1);
        return r.fib.remove(r.another);
    }
}
