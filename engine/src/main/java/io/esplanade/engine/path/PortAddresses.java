package io.esplanade.engine.path;

import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.net.AddressMap;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * The gateway's addresses on each port. The first of each family is what it speaks from: ICMP
 * errors, and questions for link-layer addresses. Written before the lanes run or by the conductor;
 * any thread reads.
 */
public final class PortAddresses {

    private static final int STRIDE = 4;
    private static final int IPV6 = 2; // IPv4 at 0; high and low half each
    private static final int ANY_PORT = -1;

    private final AddressMap all = new AddressMap(); // by port, and once more for any
    private volatile long[] halves;

    PortAddresses(int ports) {
        halves = new long[ports * STRIDE];
    }

    /** Says that {@code address} is the gateway's on port {@code port}. */
    public void add(int port, InetAddress address) {
        long high = IpAddresses.high(address);
        long low = IpAddresses.low(address);
        all.put(high, low, port, 0);
        all.put(high, low, ANY_PORT, 0);
        long[] now = halves.clone();
        int at = port * STRIDE + (address instanceof Inet4Address ? 0 : IPV6);
        if (now[at + 1] == 0) {
            now[at] = high;
            now[at + 1] = low;
        }
        halves = now;
    }

    /** Whether the port has this address. */
    public boolean has(int port, long high, long low) {
        return all.get(high, low, port) != AddressMap.NONE;
    }

    /** Whether some port has this address. */
    public boolean isOnAny(long high, long low) {
        return all.get(high, low, ANY_PORT) != AddressMap.NONE;
    }

    /** Whether the port has an address of the family. */
    public boolean has(int port, boolean ipv6) {
        return low(port, ipv6) != 0;
    }

    public long high(int port, boolean ipv6) {
        return halves[port * STRIDE + (ipv6 ? IPV6 : 0)];
    }

    public long low(int port, boolean ipv6) {
        return halves[port * STRIDE + (ipv6 ? IPV6 : 0) + 1];
    }
}
