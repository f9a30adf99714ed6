package io.esplanade.bench;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/**
 * What it costs to reach memory by absolute address through one segment that spans everything,
 * against a segment of the memory's own: held in a constant, where it cannot be for a pool that
 * comes and goes, and in a field, where it could. Each packet has its TTL taken one off and its
 * length and addresses read, as forwarding does. Times are ns per packet.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgs = {"-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class MemoryAccessBenchmark {

    private static final int PACKETS = 256;
    private static final int STRIDE = 2048;

    private static final Region REGION = Region.map((long) PACKETS * STRIDE, "packets");
    private static final MemorySegment CONSTANT = Mem.segment(REGION.address(), REGION.size());
    private static final ValueLayout.OfShort SHORT_BE =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private MemorySegment field = CONSTANT;

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public long byAbsoluteAddress() {
        long sum = 0;
        long base = REGION.address();
        for (long at = base; at < base + (long) PACKETS * STRIDE; at += STRIDE) {
            long p = Mem.address(at); // as the engine's packets begin
            int ttl = Mem.getUnsignedByte(p + 8);
            Mem.putShortBE(p + 10, Mem.getShortBE(p + 10) + 0x100);
            Mem.putByte(p + 8, ttl - 1);
            sum += Mem.getShortBE(p + 2) + Mem.getLong(p + 12);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public long bySegmentInAConstant() {
        return through(CONSTANT);
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public long bySegmentInAField() {
        return through(field);
    }

    private static long through(MemorySegment packets) {
        long sum = 0;
        for (long p = 0; p < (long) PACKETS * STRIDE; p += STRIDE) {
            int ttl = packets.get(ValueLayout.JAVA_BYTE, p + 8) & 0xff;
            packets.set(SHORT_BE, p + 10, (short) (packets.get(SHORT_BE, p + 10) + 0x100));
            packets.set(ValueLayout.JAVA_BYTE, p + 8, (byte) (ttl - 1));
            sum += (packets.get(SHORT_BE, p + 2) & 0xffff) + packets.get(LONG, p + 12);
        }
        return sum;
    }
}
