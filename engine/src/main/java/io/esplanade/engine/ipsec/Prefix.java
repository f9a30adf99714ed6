package io.esplanade.engine.ipsec;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Objects;

/**
 * An address prefix, such as {@code 10.1.0.0/16}.
 *
 * @param address the first address: no bit behind {@code length} is set
 * @param length 0 to 32 or 128
 */
public record Prefix(InetAddress address, int length) {

    public Prefix {
        Objects.requireNonNull(address, "address");
        int bits = address instanceof Inet4Address ? 32 : 128;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    "prefix length " + length + " is not between 0 and " + bits);
        }
        long high = IpAddresses.high(address);
        long low = IpAddresses.low(address);
        int mapped = length + 128 - bits;
        if ((high & ~highMask(mapped)) != 0 || (low & ~lowMask(mapped)) != 0) {
            throw new IllegalArgumentException(
                    address.getHostAddress()
                            + "/"
                            + length
                            + " has host bits set: write "
                            + IpAddresses.of(high & highMask(mapped), low & lowMask(mapped))
                                    .getHostAddress()
                            + "/"
                            + length);
        }
    }

    /**
     * Reads {@code address/length}, or an address alone for the prefix that holds just it.
     *
     * @throws IllegalArgumentException if it is neither; names are never looked up
     */
    public static Prefix parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        int bits = address instanceof Inet4Address ? 32 : 128;
        try {
            return new Prefix(
                    address, slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a prefix length: " + text, e);
        }
    }

    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    /** How many of the 128 bits of the address's two-long form count (IPv4 adds 96). */
    public int mappedLength() {
        return isIpv4() ? length + 96 : length;
    }

    /** The bits of the high half that a mapped prefix of {@code length} bits fixes. */
    public static long highMask(int length) {
        return length >= 64 ? -1L : length == 0 ? 0 : -1L << (64 - length);
    }

    /** The bits of the low half that a mapped prefix of {@code length} bits fixes. */
    public static long lowMask(int length) {
        return length <= 64 ? 0 : length == 128 ? -1L : -1L << (128 - length);
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + length;
    }
}
