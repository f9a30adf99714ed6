package io.esplanade.engine.port.xdp;

import io.esplanade.engine.port.DevicePort;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.PortSpec;

import java.util.Set;

/**
 * Makes ports of type {@code af-xdp}. Their options:
 *
 * <dl>
 *   <dt>{@code device}
 *   <dd>the network device, such as {@code eth0}
 *   <dt>{@code queues}
 *   <dd>of how many of the device's receive queues it takes packets, for as many lanes; 1 unless
 *       said
 *   <dt>{@code mode}
 *   <dd>{@code native}: in the driver; {@code generic}: behind it; {@code auto} (the default): the
 *       former if the driver can
 *   <dt>{@code take}
 *   <dd>{@code ipsec} (the default on the unprotected side): ESP, AH, ESP in UDP and fragments to
 *       the gateway's addresses; {@code all} (the default on the protected side): also what is to
 *       any other address
 * </dl>
 */
public final class XdpPortFactory implements PortFactory {

    /** The port type's name in configuration. */
    public static final String TYPE = "af-xdp";

    static final String MODE = "mode";
    static final String TAKE = "take";

    private static final Set<String> OPTIONS =
            Set.of(DevicePort.DEVICE, DevicePort.QUEUES, MODE, TAKE);

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
        return new XdpPort(spec);
    }
}
