package io.esplanade.engine.port;

import java.util.Map;
import java.util.Objects;

/**
 * What a configuration says of a port, before a {@link PortFactory} makes it.
 *
 * @param name unique name in the engine
 * @param type which factory makes it, such as {@code pcap}
 * @param side which side of the IPsec boundary it is on
 * @param mtu largest IP packet in bytes, 0 for the type's default
 * @param options what else the type understands, such as {@code read} and {@code write}
 */
public record PortSpec(String name, String type, Side side, int mtu, Map<String, String> options) {

    public PortSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(side, "side");
        options = Map.copyOf(options);
    }
}
