package io.esplanade.engine.port.tun;

import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.PortSpec;

import java.util.Set;

/**
 * Makes ports of type {@code tun}. Their options:
 *
 * <dl>
 *   <dt>{@code device}
 *   <dd>the device's name, by default the port's: made if there is none, else that which {@code ip
 *       tuntap} has made
 *   <dt>{@code queues}
 *   <dd>how many queues it has, one for each lane at best; 1 by default
 *   <dt>{@code host-addresses}
 *   <dd>addresses with prefix lengths that the device gets, such as {@code 10.9.0.1/24}
 *   <dt>{@code host-routes}
 *   <dd>prefixes for which the kernel gets routes to the device
 * </dl>
 */
public final class TunPortFactory implements PortFactory {

    /** The port type's name in configuration. */
    public static final String TYPE = "tun";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Set<String> options() {
        return TunSettings.OPTIONS;
    }

    @Override
    public Port create(PortSpec spec) {
        return new TunPort(spec, TunSettings.of(spec));
    }
}
