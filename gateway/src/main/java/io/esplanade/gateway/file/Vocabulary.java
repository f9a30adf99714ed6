package io.esplanade.gateway.file;

import java.util.List;
import java.util.Map;

/**
 * Every key that may stand in a gateway file, by the mapping it stands in. The schema for editors
 * ({@code docs/gateway.schema.json}) holds the same, which a test checks.
 */
final class Vocabulary {

    static final List<String> GATEWAY =
            List.of(
                    "name",
                    "mbufs",
                    "crypto",
                    "lanes",
                    "runtime",
                    "nonce-store",
                    "ports",
                    "routes",
                    "tunnels",
                    "policies");
    static final List<String> MBUFS = List.of("count", "large", "invariants");
    static final List<String> CRYPTO = List.of("provider");
    static final List<String> LANES = List.of("burst", "flow-cache");

    static final List<String> RUNTIME =
            List.of(
                    "mode",
                    "lanes",
                    "workers",
                    "placement",
                    "threading",
                    "threads",
                    "lock",
                    "numbering",
                    "cpus",
                    "idle");

    /** What ports of every type have; {@link PortType} has the rest. */
    static final List<String> PORT = List.of("type", "side", "mtu", "addresses", "neighbours");

    static final List<String> ROUTE = List.of("to", "port", "via");
    static final List<String> TUNNEL =
            List.of(
                    "local",
                    "remote",
                    "local-ts",
                    "remote-ts",
                    "esp-proposal",
                    "replay-window",
                    "priority",
                    "df",
                    "dscp",
                    "ecn",
                    "flow-label",
                    "ttl",
                    "out",
                    "in",
                    "unsafe-volatile-sequence");
    static final List<String> SA = List.of("spi", "key", "key-file", "initial-sequence");
    static final List<String> POLICY =
            List.of("name", "direction", "action", "priority", "source", "destination", "tunnel");

    /** The mappings by the names that the schema's definitions have. */
    static final Map<String, List<String>> MAPPINGS =
            Map.of(
                    "gateway", GATEWAY,
                    "mbufs", MBUFS,
                    "crypto", CRYPTO,
                    "lanes", LANES,
                    "runtime", RUNTIME,
                    "route", ROUTE,
                    "tunnel", TUNNEL,
                    "sa", SA,
                    "policy", POLICY);

    private Vocabulary() {}
}
