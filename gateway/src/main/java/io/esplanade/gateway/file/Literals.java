package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Prefix;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads single values: stricter than the JDK, and each refusal says what to write instead. */
final class Literals {

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern MAC = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

    private Literals() {}

    /** A name of a gateway, port, tunnel or policy. */
    static String name(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new Wrong(
                    "'" + text + "' is not a name",
                    "use 1 to 63 letters, digits, '-' and '_', a letter or digit first");
        }
        return text;
    }

    /** The word that files have for a constant: {@code BUSY_SPIN} is {@code busy-spin}. */
    static String keyword(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A whole number, decimal or {@code 0x…}. */
    static BigInteger number(String text) {
        try {
            return text.startsWith("0x") || text.startsWith("0X")
                    ? new BigInteger(text.substring(2), 16)
                    : new BigInteger(text);
        } catch (NumberFormatException _) {
            throw new Wrong(
                    "'" + text + "' is not a whole number", "write it decimal or as 0x… in hex");
        }
    }

    /** A number of up to 64 bits, read unsigned. */
    static long unsigned(String text) {
        BigInteger number = number(text);
        if (number.signum() < 0 || number.bitLength() > 64) {
            throw new Wrong(text + " is out of range", "use 0 to 2^64-1");
        }
        return number.longValue();
    }

    static InetAddress address(String text) {
        boolean ipv6 = text.indexOf(':') >= 0 && text.indexOf('%') < 0;
        if (ipv6 || IPV4.matcher(text).matches()) {
            try {
                InetAddress address = InetAddress.ofLiteral(text);
                if (ipv6 == !(address instanceof Inet4Address)) {
                    return address;
                }
            } catch (IllegalArgumentException _) {
                // said below
            }
        }
        throw new Wrong(
                "'" + text + "' is not an IP address",
                "write one like 192.0.2.1 or 2001:db8::1; names are not looked up");
    }

    static Prefix prefix(String text) {
        int slash = text.indexOf('/');
        InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
        int bits = address instanceof Inet4Address ? 32 : 128;
        String length = slash < 0 ? Integer.toString(bits) : text.substring(slash + 1);
        if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > bits) {
            throw new Wrong(
                    "'" + length + "' is not a prefix length",
                    "use 0 to " + bits + " behind the /");
        }
        return withoutHostBits(address, Integer.parseInt(length));
    }

    private static Prefix withoutHostBits(InetAddress address, int length) {
        byte[] first = address.getAddress();
        for (int bit = length; bit < first.length * 8; bit++) {
            first[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        try {
            Prefix prefix = new Prefix(InetAddress.getByAddress(first), length);
            if (!prefix.address().equals(address)) {
                throw new Wrong(
                        AddressText.of(address) + "/" + length + " has host bits set",
                        "write " + AddressText.of(prefix));
            }
            return prefix;
        } catch (UnknownHostException impossible) {
            throw new AssertionError("it has the length it had", impossible);
        }
    }

    /** A prefix, {@code first-last}, or one address. */
    static AddressRange range(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            return AddressRange.of(prefix(text));
        }
        InetAddress first = address(text.substring(0, dash).strip());
        InetAddress last = address(text.substring(dash + 1).strip());
        try {
            return new AddressRange(first, last);
        } catch (IllegalArgumentException _) {
            throw new Wrong(
                    "'" + text + "' is not a range of addresses",
                    "write it as lowest-highest, both of one family");
        }
    }

    /** A file, named from {@code directory} unless its name begins at the root. */
    static Path file(Path directory, String text) {
        try {
            return directory.resolve(text);
        } catch (InvalidPathException e) {
            throw new Wrong(
                    "not a file name: " + e.getReason(), "use letters, digits, '.' and '/'");
        }
    }

    /** A link-layer address as 48 bits. */
    static long mac(String text) {
        if (!MAC.matcher(text).matches()) {
            throw new Wrong(
                    "'" + text + "' is not a link-layer address",
                    "write one like 02:00:5e:00:00:01");
        }
        return Long.parseLong(text.replace(":", ""), 16);
    }
}
