package io.esplanade.engine.port.udp;

import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.PortSpec;

import java.util.Set;

/**
 * Makes ports of type {@code udp}. Their options:
 *
 * <dl>
 *   <dt>{@code local}
 *   <dd>the addresses whose datagrams the port receives and sends, one of each family or more: the
 *       local ends of tunnels in UDP
 *   <dt>{@code local-port}
 *   <dd>their port, 4500 by default
 *   <dt>{@code queues}
 *   <dd>how many queues it has; the kernel gives those of one peer to the same. 1 by default
 *   <dt>{@code ike-socket}
 *   <dd>the Unix datagram socket of an IKE daemon: it gets the datagrams that are not ESP, as whole
 *       IP packets, and what it answers to where they came from is sent
 * </dl>
 */
public final class UdpPortFactory implements PortFactory {

    /** The port type's name in configuration. */
    public static final String TYPE = "udp";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Set<String> options() {
        return UdpSettings.OPTIONS;
    }

    @Override
    public Port create(PortSpec spec) {
        return new UdpPort(spec, UdpSettings.of(spec));
    }
}
