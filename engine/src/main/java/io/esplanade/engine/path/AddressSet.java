package io.esplanade.engine.path;

import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.net.AddressMap;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;

/**
 * The gateway's own addresses, looked up on slow paths: one for each SA that receives perhaps. One
 * writer, any readers.
 */
public final class AddressSet {

    private final AddressMap times = new AddressMap(); // how often each was added
    private final Set<InetAddress> all = new HashSet<>(); // the writer's own
    private int version;

    public boolean contains(long high, long low) {
        return times.get(high, low, 0) != AddressMap.NONE;
    }

    /** Adds one; it stays until it was removed as often as it was added. */
    public void add(InetAddress address) {
        put(address, times(address) + 1);
    }

    /** Takes back one {@link #add}. */
    public void remove(InetAddress address) {
        if (times(address) > 1) {
            put(address, times(address) - 1);
        } else {
            all.remove(address);
            version++;
            times.remove(IpAddresses.high(address), IpAddresses.low(address), 0);
        }
    }

    private int times(InetAddress address) {
        return Math.max(0, times.get(IpAddresses.high(address), IpAddresses.low(address), 0));
    }

    /** All of them; the writer only. */
    public Set<InetAddress> all() {
        return Set.copyOf(all);
    }

    /** Another number after each time that {@link #all} has changed; the writer only. */
    public int version() {
        return version;
    }

    private void put(InetAddress address, int count) {
        if (all.add(address)) {
            version++;
        }
        times.put(IpAddresses.high(address), IpAddresses.low(address), 0, count);
    }
}
