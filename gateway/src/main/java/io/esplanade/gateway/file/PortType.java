package io.esplanade.gateway.file;

import io.esplanade.engine.port.PortFactory;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * The types of port a gateway file may have: those whose factories are on the class path, without
 * the ones that only mean something inside a program.
 *
 * @param factory makes its ports
 */
record PortType(PortFactory factory) {

    private static final List<String> INTERNAL = List.of("memory");

    /** Options whose values are files, named from the gateway file's directory. */
    private static final Map<String, List<String>> FILES =
            Map.of("pcap", List.of("read", "write"), "udp", List.of("ike-socket"));

    /** Options that may be lists; factories get their items with commas between. */
    private static final Map<String, List<String>> LISTS =
            Map.of(
                    "tun", List.of("host-addresses", "host-routes"),
                    "udp", List.of("local"),
                    "raw", List.of("local"));

    /** The option that says how many queues a port has. */
    static final String QUEUES = "queues";

    /** Types whose ports have as many queues as threads receive, unless they are told. */
    private static final List<String> SPREADING = List.of("tun", "udp", "raw");

    /** The capabilities that ports need of Linux, without which they do not open. */
    private static final Map<String, List<String>> CAPABILITIES =
            Map.of(
                    "tun", List.of("net_admin"),
                    "af-packet", List.of("net_raw"),
                    "raw", List.of("net_raw"),
                    "af-xdp", List.of("net_admin", "net_raw", "bpf", "ipc_lock"));

    /** All types by name. */
    static Map<String, PortType> all() {
        Map<String, PortType> types = new TreeMap<>();
        for (PortFactory factory : ServiceLoader.load(PortFactory.class)) {
            if (!INTERNAL.contains(factory.type())) {
                types.put(factory.type(), new PortType(factory));
            }
        }
        return types;
    }

    static Optional<PortType> named(String name) {
        return Optional.ofNullable(all().get(name.toLowerCase(Locale.ROOT)));
    }

    /** The options it has beside those that ports of every type have. */
    List<String> options() {
        return factory.options().stream().sorted().toList();
    }

    /** The capabilities its ports need, as setpriv(1) names them. */
    List<String> capabilities() {
        return CAPABILITIES.getOrDefault(factory.type(), List.of());
    }

    /** Whether its ports have a queue for each thread that receives, unless they are told. */
    boolean spreads() {
        return SPREADING.contains(factory.type());
    }

    boolean isList(String option) {
        return LISTS.getOrDefault(factory.type(), List.of()).contains(option);
    }

    boolean isFile(String option) {
        return FILES.getOrDefault(factory.type(), List.of()).contains(option);
    }
}
