package io.esplanade.engine.port.raw;

import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.PortSpec;

import java.util.Set;

/**
 * Makes ports of type {@code raw}. Their options:
 *
 * <dl>
 *   <dt>{@code local}
 *   <dd>the addresses whose ESP and AH the port receives and sends, one of each family or more: the
 *       local ends of tunnels
 *   <dt>{@code queues}
 *   <dd>how many queues it has; each gets what comes by some of the SAs. 1 by default
 * </dl>
 */
public final class RawPortFactory implements PortFactory {

    /** The port type's name in configuration. */
    public static final String TYPE = "raw";

    private static final String LOCAL = "local";
    private static final String QUEUES = "queues";
    private static final int MOST_QUEUES = 64;

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Set<String> options() {
        return Set.of(LOCAL, QUEUES);
    }

    @Override
    public Port create(PortSpec spec) {
        spec.allow(options());
        return new RawPort(
                spec, spec.localAddresses(LOCAL), spec.number(QUEUES, 1, 1, MOST_QUEUES));
    }
}
