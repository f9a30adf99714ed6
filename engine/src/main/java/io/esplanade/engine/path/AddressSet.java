package io.esplanade.engine.path;

import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.net.AddressMap;

import java.net.InetAddress;

/**
 * The gateway's own addresses, looked up on slow paths: one for each SA that receives perhaps. One
 * writer, any readers.
 */
public final class AddressSet {

    private final AddressMap times = new AddressMap(); // how often each was added

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
            times.remove(IpAddresses.high(address), IpAddresses.low(address), 0);
        }
    }

    private int times(InetAddress address) {
        return Math.max(0, times.get(IpAddresses.high(address), IpAddresses.low(address), 0));
    }

    private void put(InetAddress address, int count) {
        times.put(IpAddresses.high(address), IpAddresses.low(address), 0, count);
    }
}
