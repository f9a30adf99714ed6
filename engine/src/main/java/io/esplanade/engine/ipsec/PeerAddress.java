package io.esplanade.engine.ipsec;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Where the packets of an SA in UDP come from: an address as two longs, and a port. */
public record PeerAddress(long high, long low, int port) {

    public static PeerAddress of(InetAddress address, int port) {
        return new PeerAddress(IpAddresses.high(address), IpAddresses.low(address), port);
    }

    boolean is(long otherHigh, long otherLow, int otherPort) {
        return low == otherLow && port == otherPort && high == otherHigh;
    }

    public InetAddress address() {
        return IpAddresses.of(high, low);
    }

    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(address(), port);
    }
}
