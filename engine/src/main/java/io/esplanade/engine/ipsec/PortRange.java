package io.esplanade.engine.ipsec;

/**
 * A range of transport ports, both ends included.
 *
 * @param first 0 to 65535
 * @param last not below {@code first}
 */
public record PortRange(int first, int last) {

    /** All ports, and packets that have none. */
    public static final PortRange ANY = new PortRange(0, 65535);

    public PortRange {
        if (first < 0 || last > 65535 || first > last) {
            throw new IllegalArgumentException(
                    "not a port range: " + first + "-" + last + "; ports are 0 to 65535");
        }
    }

    public static PortRange of(int port) {
        return new PortRange(port, port);
    }

    /** Whether it is all ports, and so matches packets without ports (fragments, ICMP, ESP). */
    public boolean isAny() {
        return first == 0 && last == 65535;
    }

    @Override
    public String toString() {
        return isAny() ? "any" : first == last ? Integer.toString(first) : first + "-" + last;
    }
}
