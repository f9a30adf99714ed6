package io.esplanade.gateway.lab;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The ports that the laboratory's gateways may have: one towards their host, one to the link. */
enum PortPair {
    /** The kernel forwards to a TUN device, and writes outer headers. */
    TUN_UDP("tun+udp", true, true, behindTun("udp")),
    /** The kernel forwards to a TUN device, and carries ESP. */
    TUN_RAW("tun+raw", true, false, behindTun("raw")),
    AF_PACKET("af-packet", false, false, onDevices("af-packet")),
    AF_XDP("af-xdp", false, false, onDevices("af-xdp"));

    /** All of them, as the command has them. */
    static final String ALL =
            Stream.of(values()).map(PortPair::toString).collect(Collectors.joining(", "));

    private final String word;
    private final boolean kernelForwards;
    private final boolean encapsulated;
    private final List<String> ports;

    /**
     * @param word as the command has it
     * @param kernelForwards whether the gateway's namespace has addresses and forwards
     * @param encapsulated whether ESP goes in UDP
     * @param ports lines of the gateway file, for gateway {@code %1$d} whose peer is {@code %2$d}
     */
    PortPair(String word, boolean kernelForwards, boolean encapsulated, List<String> ports) {
        this.word = word;
        this.kernelForwards = kernelForwards;
        this.encapsulated = encapsulated;
        this.ports = ports;
    }

    private static List<String> behindTun(String type) {
        return List.of(
                "lan: { type: tun, device: esp0, side: protected, mtu: 1400, host-routes:"
                        + " [10.%2$d.0.0/24, \"fd0%2$d::/64\"] }",
                "wan: { type: " + type + ", side: unprotected, local: 192.0.2.%1$d }");
    }

    private static List<String> onDevices(String type) {
        return List.of(
                "lan: { type: "
                        + type
                        + ", device: lan, side: protected, addresses: [10.%1$d.0.1,"
                        + " \"fd0%1$d::1\"] }",
                "wan: { type: "
                        + type
                        + ", device: wan, side: unprotected, addresses: [192.0.2.%1$d] }");
    }

    boolean kernelForwards() {
        return kernelForwards;
    }

    boolean encapsulated() {
        return encapsulated;
    }

    List<String> ports(int gateway, int peer) {
        return ports.stream().map(line -> line.formatted(gateway, peer)).toList();
    }

    /** As the command has it. */
    @Override
    public String toString() {
        return word;
    }
}
