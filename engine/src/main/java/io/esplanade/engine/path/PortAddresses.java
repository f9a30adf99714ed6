package io.esplanade.engine.path;

import io.esplanade.engine.ipsec.IpAddresses;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * The gateway's address of each family on each port, the first where there are several: what its
 * ICMP errors come from. Written before the lanes run; any thread reads.
 */
public final class PortAddresses {

    private static final int STRIDE = 4;
    private static final int IPV6 = 2; // IPv4 at 0; high and low half each

    private volatile long[] halves;

    PortAddresses(int ports) {
        halves = new long[ports * STRIDE];
    }

    /** Says that {@code address} is the gateway's on port {@code port}. */
    public void add(int port, InetAddress address) {
        long[] now = halves.clone();
        int at = port * STRIDE + (address instanceof Inet4Address ? 0 : IPV6);
        if (now[at + 1] == 0) {
            now[at] = IpAddresses.high(address);
            now[at + 1] = IpAddresses.low(address);
        }
        halves = now;
    }

    /** Whether the port has an address of the family. */
    boolean has(int port, boolean ipv6) {
        return low(port, ipv6) != 0;
    }

    long high(int port, boolean ipv6) {
        return halves[port * STRIDE + (ipv6 ? IPV6 : 0)];
    }

    long low(int port, boolean ipv6) {
        return halves[port * STRIDE + (ipv6 ? IPV6 : 0) + 1];
    }
}
