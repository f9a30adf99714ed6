package io.esplanade.engine.ipsec;

/**
 * A range of transport ports, both ends included; or of the types of ICMP and mobility headers,
 * which stand in a port's upper byte, with the code, which only ICMP has, in the lower (RFC 4301
 * §4.4.1.1).
 *
 * @param first 0 to 65535
 * @param last not below {@code first}, but in {@link #OPAQUE}
 */
public record PortRange(int first, int last) {

    /** All ports, and packets that have none. */
    public static final PortRange ANY = new PortRange(0, 65535);

    /**
     * Packets that do not show their ports: later fragments (RFC 4301 §7.2). Written as IKE does
     * (RFC 7296 §3.13.1).
     */
    public static final PortRange OPAQUE = new PortRange(65535, 0);

    public PortRange {
        boolean opaque = first == 65535 && last == 0;
        if (first < 0 || last > 65535 || first > last && !opaque) {
            throw new IllegalArgumentException(
                    "not a port range: " + first + "-" + last + "; ports are 0 to 65535");
        }
    }

    public static PortRange of(int port) {
        return new PortRange(port, port);
    }

    /** ICMP messages, or mobility headers, of one type and any code. */
    public static PortRange ofType(int type) {
        return ofTypes(type, 0, type, 255);
    }

    /** ICMP messages from one type and code to another, as one number of 16 bits each. */
    public static PortRange ofTypes(int firstType, int firstCode, int lastType, int lastCode) {
        return new PortRange(
                octet(firstType) << 8 | octet(firstCode), octet(lastType) << 8 | octet(lastCode));
    }

    private static int octet(int value) {
        if (value < 0 || value > 255) {
            throw new IllegalArgumentException("types and codes are 0 to 255, not " + value);
        }
        return value;
    }

    /** Whether it is all ports, and so matches packets without ports (fragments, ESP). */
    public boolean isAny() {
        return first == 0 && last == 65535;
    }

    public boolean isOpaque() {
        return first > last;
    }

    @Override
    public String toString() {
        if (isAny()) {
            return "any";
        }
        if (isOpaque()) {
            return "opaque";
        }
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
