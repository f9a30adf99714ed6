package io.esplanade.bench.linerate;

import io.esplanade.bench.text.Json;

import org.HdrHistogram.Histogram;

import java.util.Map;

/**
 * What came of offering packets at one rate for a while (RFC 2544 §24).
 *
 * @param sent packets that left the tester
 * @param received of those, how many came back
 * @param reordered of those, how many came behind a later one of their flow
 * @param duplicates how many came again
 * @param nanos how long was sent
 * @param latency of those received, ns, from the moment they were due
 * @param gatewayNanos CPU time of the gateways' processes meanwhile
 */
record Trial(
        long sent,
        long received,
        long reordered,
        long duplicates,
        long nanos,
        Histogram latency,
        long gatewayNanos) {

    private static final double SECOND = 1e9;

    /** Packets per second that were sent. */
    double perSecond() {
        return sent * SECOND / nanos;
    }

    /** The share of packets that did not come back. */
    double loss() {
        return sent == 0 ? 1 : (double) (sent - received) / sent;
    }

    /** CPU time of the gateways for each packet received, ns. */
    double gatewayNanosPerPacket() {
        return received == 0 ? 0 : (double) gatewayNanos / received;
    }

    /** Latency that {@code percent} of the packets did not exceed, µs. */
    double microseconds(double percent) {
        return latency.getValueAtPercentile(percent) / 1e3;
    }

    Map<String, Object> toMap() {
        return Json.object(
                "packets-per-second",
                perSecond(),
                "sent",
                sent,
                "received",
                received,
                "reordered",
                reordered,
                "duplicates",
                duplicates,
                "loss",
                loss(),
                "latency-microseconds",
                Json.object(
                        "p50", microseconds(50),
                        "p99", microseconds(99),
                        "p99.9", microseconds(99.9),
                        "longest", microseconds(100)),
                "gateways-nanos-per-packet",
                gatewayNanosPerPacket());
    }
}
