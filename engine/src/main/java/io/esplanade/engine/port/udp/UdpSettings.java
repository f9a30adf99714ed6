package io.esplanade.engine.port.udp;

import io.esplanade.engine.port.PortSpec;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What a configuration says of a UDP port.
 *
 * @param local the addresses it has
 * @param localPort their port
 * @param ikeSocket the path of an IKE daemon's socket, or null
 */
record UdpSettings(List<InetAddress> local, int localPort, int queues, String ikeSocket) {

    private static final String LOCAL = "local";
    private static final String LOCAL_PORT = "local-port";
    private static final String QUEUES = "queues";
    private static final String IKE_SOCKET = "ike-socket";

    static final Set<String> OPTIONS = Set.of(LOCAL, LOCAL_PORT, QUEUES, IKE_SOCKET);

    private static final String PORT = "4500"; // RFC 3948 §4, and IKE's
    private static final int MOST_QUEUES = 64;
    private static final int LONGEST_PATH = 107; // sockaddr_un, without the 0 at its end

    static UdpSettings of(PortSpec spec) {
        for (String option : spec.options().keySet()) {
            require(OPTIONS.contains(option), spec, "has no option " + option);
        }
        String path = spec.options().get(IKE_SOCKET);
        require(
                path == null || path.getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH,
                spec,
                "ike-socket: a socket's path has at most " + LONGEST_PATH + " bytes: " + path);
        return new UdpSettings(
                local(spec),
                number(spec, LOCAL_PORT, PORT, 0xffff),
                number(spec, QUEUES, "1", MOST_QUEUES),
                path);
    }

    private static List<InetAddress> local(PortSpec spec) {
        String text = spec.options().getOrDefault(LOCAL, "").strip();
        require(
                !text.isEmpty(),
                spec,
                "needs local: the address of this host that peers send to, or several");
        List<InetAddress> addresses;
        try {
            addresses =
                    Arrays.stream(text.split("[,\\s]+"))
                            .map(InetAddress::ofLiteral)
                            .distinct()
                            .toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "port %s: local: '%s' is not a list of addresses".formatted(spec.name(), text),
                    e);
        }
        boolean named = addresses.stream().noneMatch(InetAddress::isAnyLocalAddress);
        require(named, spec, "local: name each address, since none stands for all");
        return addresses;
    }

    private static int number(PortSpec spec, String option, String otherwise, int most) {
        String text = spec.options().getOrDefault(option, otherwise);
        boolean sound = text.matches("\\d{1,5}") && Integer.parseInt(text) >= 1;
        require(
                sound && Integer.parseInt(text) <= most,
                spec,
                "%s: %s is not a number from 1 to %d".formatted(option, text, most));
        return Integer.parseInt(text);
    }

    private static void require(boolean right, PortSpec spec, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException("port " + spec.name() + ": " + otherwise);
        }
    }
}
