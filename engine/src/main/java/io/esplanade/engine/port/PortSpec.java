package io.esplanade.engine.port;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

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

    /**
     * Refuses options that the type does not have.
     *
     * @throws IllegalArgumentException that names the port and the option
     */
    public void allow(Set<String> known) {
        for (String option : options.keySet()) {
            require(known.contains(option), "has no option " + option);
        }
    }

    /**
     * The number that an option gives.
     *
     * @param otherwise what it is where there is no such option
     * @throws IllegalArgumentException that names the port and the option
     */
    public int number(String option, int otherwise, int least, int most) {
        String text = options.get(option);
        if (text == null) {
            return otherwise;
        }
        boolean sound = text.matches("\\d{1,9}");
        int number = sound ? Integer.parseInt(text) : 0;
        require(
                sound && number >= least && number <= most,
                "%s: %s is not a number from %d to %d".formatted(option, text, least, most));
        return number;
    }

    /**
     * The addresses of this host that an option gives, at least one.
     *
     * @throws IllegalArgumentException that names the port and the option
     */
    public List<InetAddress> localAddresses(String option) {
        String text = options.getOrDefault(option, "").strip();
        require(
                !text.isEmpty(),
                "needs %s: the address of this host that peers send to, or several"
                        .formatted(option));
        List<InetAddress> addresses;
        try {
            addresses =
                    Arrays.stream(text.split("[,\\s]+"))
                            .map(InetAddress::ofLiteral)
                            .distinct()
                            .toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "port %s: %s: '%s' is not a list of addresses".formatted(name, option, text),
                    e);
        }
        boolean named = addresses.stream().noneMatch(InetAddress::isAnyLocalAddress);
        require(named, option + ": name each address, since none stands for all");
        return addresses;
    }

    /**
     * Refuses what is not right.
     *
     * @param otherwise what is wrong, beginning with the option's name
     * @throws IllegalArgumentException that names the port and says it
     */
    public void require(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException("port " + name + ": " + otherwise);
        }
    }
}
