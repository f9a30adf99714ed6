package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Prefix;

import java.net.InetAddress;
import java.util.Objects;

/** A value and where the file says it; its text is as people write it. */
record At<T>(T value, Position position) {

    At {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(position, "position");
    }

    @Override
    public String toString() {
        return switch (value) {
            case InetAddress address -> AddressText.of(address);
            case Prefix prefix -> AddressText.of(prefix);
            case AddressRange range -> AddressText.of(range);
            default -> value.toString();
        };
    }
}
