package io.esplanade.engine.path;

import io.esplanade.engine.ipsec.IpAddresses;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The gateway's own addresses: a few, looked through one by one on slow paths. One writer, any
 * readers: each change publishes a new array.
 */
public final class AddressSet {

    private final Map<InetAddress, Integer> addresses = new HashMap<>(); // with how often added
    private volatile long[] halves = {};

    public boolean contains(long high, long low) {
        long[] h = halves;
        for (int i = 0; i < h.length; i += 2) {
            if (h[i + 1] == low && h[i] == high) {
                return true;
            }
        }
        return false;
    }

    /** Adds one; it stays until it was removed as often as it was added. */
    public void add(InetAddress address) {
        addresses.merge(address, 1, Integer::sum);
        publish();
    }

    /** Takes back one {@link #add}. */
    public void remove(InetAddress address) {
        addresses.computeIfPresent(address, (a, times) -> times == 1 ? null : times - 1);
        publish();
    }

    private void publish() {
        halves =
                addresses.keySet().stream()
                        .flatMapToLong(a -> LongStream.of(IpAddresses.high(a), IpAddresses.low(a)))
                        .toArray();
    }
}
