package io.esplanade.engine.port.udp;

import io.esplanade.engine.port.PortSpec;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
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

    private static final int PORT = 4500; // RFC 3948 §4, and IKE's
    private static final int MOST_QUEUES = 64;
    private static final int LONGEST_PATH = 107; // sockaddr_un, without the 0 at its end

    static UdpSettings of(PortSpec spec) {
        spec.allow(OPTIONS);
        String path = spec.options().get(IKE_SOCKET);
        spec.require(
                path == null || path.getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH,
                "ike-socket: a socket's path has at most " + LONGEST_PATH + " bytes: " + path);
        return new UdpSettings(
                spec.localAddresses(LOCAL),
                spec.number(LOCAL_PORT, PORT, 1, 0xffff),
                spec.number(QUEUES, 1, 1, MOST_QUEUES),
                path);
    }
}
