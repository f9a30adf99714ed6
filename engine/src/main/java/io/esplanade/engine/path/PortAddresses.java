package io.esplanade.engine.path;

import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.net.AddressMap;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The gateway's addresses on each port. The first of each family is what it speaks from: ICMP
 * errors, and questions for link-layer addresses. Written before the lanes run or by the conductor;
 * any thread reads.
 */
public final class PortAddresses {

    private static final int STRIDE = 4;
    private static final int IPV6 = 2; // IPv4 at 0; high and low half each
    private static final int ANY_PORT = -1;

    private final List<List<InetAddress>> inOrder; // by port; the writer's own
    private final AddressMap times = new AddressMap(); // by port, and once more for any
    private volatile long[] halves; // the first of each

    PortAddresses(int ports) {
        inOrder = Stream.<List<InetAddress>>generate(ArrayList::new).limit(ports).toList();
        halves = new long[ports * STRIDE];
    }

    /** Says that {@code address} is the gateway's on port {@code port}. */
    public void add(int port, InetAddress address) {
        count(port, address, 1);
        count(ANY_PORT, address, 1);
        inOrder.get(port).add(address);
        choose(port);
    }

    /** Takes back one {@link #add}. */
    public void remove(int port, InetAddress address) {
        int last = inOrder.get(port).lastIndexOf(address);
        if (last >= 0) {
            count(port, address, -1);
            count(ANY_PORT, address, -1);
            inOrder.get(port).remove(last);
            choose(port);
        }
    }

    private void count(int port, InetAddress address, int more) {
        long high = IpAddresses.high(address);
        long low = IpAddresses.low(address);
        int count = Math.max(0, times.get(high, low, port)) + more;
        if (count > 0) {
            times.put(high, low, port, count);
        } else {
            times.remove(high, low, port);
        }
    }

    private void choose(int port) {
        long[] now = halves.clone();
        Arrays.fill(now, port * STRIDE, (port + 1) * STRIDE, 0);
        for (InetAddress address : inOrder.get(port)) {
            int at = port * STRIDE + (address instanceof Inet4Address ? 0 : IPV6);
            if (now[at + 1] == 0) {
                now[at] = IpAddresses.high(address);
                now[at + 1] = IpAddresses.low(address);
            }
        }
        halves = now;
    }

    /** Whether the port has this address. */
    public boolean has(int port, long high, long low) {
        return times.get(high, low, port) != AddressMap.NONE;
    }

    /** Whether some port has this address. */
    public boolean isOnAny(long high, long low) {
        return times.get(high, low, ANY_PORT) != AddressMap.NONE;
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
