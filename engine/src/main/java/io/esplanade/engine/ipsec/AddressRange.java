package io.esplanade.engine.ipsec;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Objects;

/**
 * A range of addresses of one family, both ends included (RFC 4301 §4.4.1.1).
 *
 * @param first the lowest
 * @param last the highest
 */
public record AddressRange(InetAddress first, InetAddress last) {

    public AddressRange {
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(last, "last");
        if (first instanceof Inet4Address != last instanceof Inet4Address) {
            throw new IllegalArgumentException(
                    "an address range has one family: " + text(first, last));
        }
        if (IpAddresses.compare(
                        IpAddresses.high(first),
                        IpAddresses.low(first),
                        IpAddresses.high(last),
                        IpAddresses.low(last))
                > 0) {
            throw new IllegalArgumentException(
                    "an address range goes up: " + text(first, last) + " goes down");
        }
    }

    /**
     * Reads a prefix ({@code 10.1.0.0/16}), a range ({@code 10.1.0.5-10.1.0.9}) or one address.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static AddressRange parse(String text) {
        int dash = text.indexOf('-');
        if (dash >= 0) {
            return new AddressRange(
                    InetAddress.ofLiteral(text.substring(0, dash).strip()),
                    InetAddress.ofLiteral(text.substring(dash + 1).strip()));
        }
        return of(Prefix.parse(text));
    }

    /** All addresses of a prefix. */
    public static AddressRange of(Prefix prefix) {
        int length = prefix.mappedLength();
        long high = IpAddresses.high(prefix.address());
        long low = IpAddresses.low(prefix.address());
        return new AddressRange(
                prefix.address(),
                IpAddresses.of(high | ~Prefix.highMask(length), low | ~Prefix.lowMask(length)));
    }

    public boolean isIpv4() {
        return first instanceof Inet4Address;
    }

    public boolean contains(InetAddress address) {
        long high = IpAddresses.high(address);
        long low = IpAddresses.low(address);
        return isIpv4() == address instanceof Inet4Address
                && IpAddresses.compare(IpAddresses.high(first), IpAddresses.low(first), high, low)
                        <= 0
                && IpAddresses.compare(high, low, IpAddresses.high(last), IpAddresses.low(last))
                        <= 0;
    }

    private static String text(InetAddress first, InetAddress last) {
        return first.getHostAddress() + "-" + last.getHostAddress();
    }

    @Override
    public String toString() {
        return text(first, last);
    }
}
