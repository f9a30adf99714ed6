package io.esplanade.engine.fib;

/**
 * Where a route sends packets: a port, and there a neighbour.
 *
 * @param port index of the port
 * @param onLink whether the packet's own destination is the neighbour
 * @param viaHigh high half of the neighbour's address, if not on the link
 * @param viaLow its low half
 */
public record NextHop(int port, boolean onLink, long viaHigh, long viaLow) {

    /** Destinations are on the link of {@code port}. */
    public static NextHop onLink(int port) {
        return new NextHop(port, true, 0, 0);
    }

    /** A router at the link of {@code port}. */
    public static NextHop via(int port, long viaHigh, long viaLow) {
        return new NextHop(port, false, viaHigh, viaLow);
    }
}
