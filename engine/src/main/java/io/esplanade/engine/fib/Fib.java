package io.esplanade.engine.fib;

import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.net.AddressMap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Routes by longest prefix, IPv4 and IPv6: answers the index of a next hop.
 *
 * <p>One thread changes it in place while any number look up without locks. All prefixes are keys
 * of one hash table, with their length; a lookup tries the lengths in use from the longest. A
 * change costs one hash operation, a lookup one for each length tried, which is enough behind a
 * flow cache.
 */
public final class Fib {

    /** Answer of a lookup that found no route. */
    public static final int NONE = AddressMap.NONE;

    /** Instead of a next hop: packets go nowhere, whatever shorter prefixes say. */
    public static final int UNREACHABLE = Integer.MAX_VALUE;

    private static final int IPV4_SHORTEST = 96; // 0.0.0.0/0, mapped

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final AddressMap routes = new AddressMap();

    // Mapped prefix lengths in use, a bit each: IPv6 0..63, 64..127, 128; IPv4 96..128 as 0..32.
    private final long[] used = new long[4];
    private static final int IPV4_WORD = 3;

    // The writer's own: how many routes have each length; IPv4's after IPv6's.
    private final int[] counts = new int[4 * 64];

    /**
     * Adds a route, or points the one that is there elsewhere; the writer only.
     *
     * @param nextHop an index that is not negative, or {@link #UNREACHABLE}
     */
    public void put(Prefix prefix, int nextHop) {
        int length = prefix.mappedLength();
        long high = IpAddresses.high(prefix.address());
        long low = IpAddresses.low(prefix.address());
        if (routes.put(high, low, key(prefix.isIpv4(), length), nextHop) == NONE) {
            int bit = bit(prefix.isIpv4(), length);
            if (counts[bit]++ == 0) {
                WORD.setRelease(used, bit >>> 6, used[bit >>> 6] | 1L << bit);
            }
        }
    }

    /** Removes a route; false if there was none. The writer only. */
    public boolean remove(Prefix prefix) {
        int length = prefix.mappedLength();
        long high = IpAddresses.high(prefix.address());
        long low = IpAddresses.low(prefix.address());
        if (routes.remove(high, low, key(prefix.isIpv4(), length)) == NONE) {
            return false;
        }
        int bit = bit(prefix.isIpv4(), length);
        if (--counts[bit] == 0) {
            WORD.setRelease(used, bit >>> 6, used[bit >>> 6] & ~(1L << bit));
        }
        return true;
    }

    /** How many routes there are; the writer only. */
    public int size() {
        return routes.size();
    }

    /** What was put for exactly this prefix, or {@link #NONE}. */
    public int get(Prefix prefix) {
        return routes.get(
                IpAddresses.high(prefix.address()),
                IpAddresses.low(prefix.address()),
                key(prefix.isIpv4(), prefix.mappedLength()));
    }

    /** The next hop of the longest prefix that holds an IPv4 address, or {@link #NONE}. */
    public int lookupIpv4(int address) {
        return reachable(
                lookup(IPV4_WORD, 0, IpAddresses.IPV4_MAPPED | Integer.toUnsignedLong(address)));
    }

    /** The next hop of the longest prefix that holds an IPv6 address, or {@link #NONE}. */
    public int lookupIpv6(long high, long low) {
        for (int word = 2; word >= 0; word--) {
            int nextHop = lookup(word, high, low);
            if (nextHop != NONE) {
                return reachable(nextHop);
            }
        }
        return NONE;
    }

    private static int reachable(int nextHop) {
        return nextHop == UNREACHABLE ? NONE : nextHop;
    }

    private int lookup(int word, long high, long low) {
        boolean ipv4 = word == IPV4_WORD;
        int first = ipv4 ? IPV4_SHORTEST : word << 6;
        long lengths = (long) WORD.getAcquire(used, word);
        while (lengths != 0) {
            int bit = 63 - Long.numberOfLeadingZeros(lengths);
            int length = first + bit;
            int nextHop =
                    routes.get(
                            high & Prefix.highMask(length),
                            low & Prefix.lowMask(length),
                            key(ipv4, length));
            if (nextHop != NONE) {
                return nextHop;
            }
            lengths ^= 1L << bit;
        }
        return NONE;
    }

    private static int bit(boolean ipv4, int length) {
        return ipv4 ? IPV4_WORD * 64 + length - IPV4_SHORTEST : length;
    }

    /** Keeps IPv4 routes apart from IPv6 routes to mapped addresses. */
    private static int key(boolean ipv4, int length) {
        return ipv4 ? length | 0x100 : length;
    }
}
