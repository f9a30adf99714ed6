package io.esplanade.engine.ip;

import java.util.concurrent.TimeUnit;

/**
 * What an engine's lanes are told about ICMP, path MTU and reassembly.
 *
 * @param icmpErrorsPerSecond the most ICMP errors a lane sends a second; 0 for none
 * @param learnPathMtu whether ICMP errors from the unprotected side, which nobody authenticates,
 *     may lower an SA's path MTU (RFC 4301 §8.2.1)
 * @param pathMtuAge how long what was learned is believed, ns
 * @param reassemblyMbufs the most mbufs that fragments may hold in one lane; 0 for no reassembly
 * @param reassemblyTime how long a datagram may take to arrive in full, ns
 */
public record IpConfig(
        int icmpErrorsPerSecond,
        boolean learnPathMtu,
        long pathMtuAge,
        int reassemblyMbufs,
        long reassemblyTime) {

    /** Errors at once after a quiet time. */
    public static final int ICMP_BURST = 50;

    public static final IpConfig DEFAULT =
            new IpConfig(
                    1000, true, TimeUnit.MINUTES.toNanos(10), 128, TimeUnit.SECONDS.toNanos(5));
}
