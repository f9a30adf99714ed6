package io.esplanade.engine.port.packet;

import io.esplanade.engine.port.DevicePort;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.PortSpec;

import java.util.Set;

/**
 * Makes ports of type {@code af-packet}. Their options:
 *
 * <dl>
 *   <dt>{@code device}
 *   <dd>the network device, such as {@code eth0}
 *   <dt>{@code queues}
 *   <dd>over how many the kernel spreads the frames by flow, for as many lanes; 1 unless said
 * </dl>
 */
public final class PacketPortFactory implements PortFactory {

    /** The port type's name in configuration. */
    public static final String TYPE = "af-packet";

    private static final Set<String> OPTIONS = Set.of(DevicePort.DEVICE, DevicePort.QUEUES);

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Set<String> options() {
        return OPTIONS;
    }

    @Override
    public Port create(PortSpec spec) {
        DevicePort.checkOptions(spec, OPTIONS);
        return new PacketPort(spec);
    }
}
