package io.esplanade.engine.port.tun;

import io.esplanade.engine.port.PortSpec;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What a configuration says of a TUN port.
 *
 * @param device its name
 * @param addresses that it gets
 * @param routes that lead to it
 */
record TunSettings(String device, int queues, List<Network> addresses, List<Network> routes) {

    private static final String DEVICE = "device";
    private static final String QUEUES = "queues";
    private static final String ADDRESSES = "host-addresses";
    private static final String ROUTES = "host-routes";

    static final Set<String> OPTIONS = Set.of(DEVICE, QUEUES, ADDRESSES, ROUTES);

    private static final int LONGEST_NAME = 15; // IFNAMSIZ, without the 0 at its end
    private static final int MOST_QUEUES = 64;

    /** An address and how many bits of it are the network's. */
    record Network(InetAddress address, int length) {

        boolean isIpv4() {
            return address instanceof Inet4Address;
        }

        /** Reads {@code address/length}; an address alone is a network of its own. */
        static Network parse(String text) {
            int slash = text.indexOf('/');
            InetAddress address =
                    InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            int bits = 8 * address.getAddress().length;
            int length = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (length < 0 || length > bits) {
                throw new IllegalArgumentException("a prefix length is 0 to " + bits);
            }
            return new Network(address, length);
        }

        @Override
        public String toString() {
            return address.getHostAddress() + "/" + length;
        }
    }

    static TunSettings of(PortSpec spec) {
        spec.allow(OPTIONS);
        String device = spec.options().getOrDefault(DEVICE, spec.name());
        spec.require(
                device.matches("[!-~&&[^/%:]]{1," + LONGEST_NAME + "}"),
                "device: '%s' is no device's name: give it one of 1 to %d characters"
                        .formatted(device, LONGEST_NAME));
        return new TunSettings(
                device,
                spec.number(QUEUES, 1, 1, MOST_QUEUES),
                networks(spec, ADDRESSES),
                networks(spec, ROUTES));
    }

    private static List<Network> networks(PortSpec spec, String option) {
        String text = spec.options().getOrDefault(option, "").strip();
        if (text.isEmpty()) {
            return List.of();
        }
        try {
            return Arrays.stream(text.split("[,\\s]+")).map(Network::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "port %s: %s: '%s' is not a list of addresses with prefix lengths, such as"
                                    .formatted(spec.name(), option, text)
                            + " 10.9.0.1/24",
                    e);
        }
    }
}
