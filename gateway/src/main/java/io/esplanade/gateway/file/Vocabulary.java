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
                    "audit-events",
                    "ip",
                    "ports",
                    "routes",
                    "kernel-routes",
                    "tunnels",
                    "policies");
    static final List<String> MBUFS = List.of("count", "large", "invariants");
    static final List<String> CRYPTO = List.of("provider", "openssl");
    static final List<String> OPENSSL = List.of("provider", "properties");
    static final List<String> LANES = List.of("burst", "flow-cache");

    static final List<String> IP =
            List.of(
                    "icmp-errors",
                    "learn-path-mtu",
                    "path-mtu-age",
                    "reassembly-mbufs",
                    "reassembly-time");

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
    static final List<String> KERNEL_ROUTES = List.of("table", "vrf", "elsewhere");
    static final List<String> TUNNEL =
            List.of(
                    "local",
                    "remote",
                    "local-ts",
                    "remote-ts",
                    "esp-proposal",
                    "ah-proposal",
                    "provider",
                    "replay-window",
                    "priority",
                    "mode",
                    "encap",
                    "tfc",
                    "df",
                    "dscp",
                    "ecn",
                    "flow-label",
                    "ttl",
                    "fragmentation",
                    "mss",
                    "lifetime",
                    "out",
                    "in",
                    "unsafe-volatile-sequence");
    static final List<String> ENCAP =
            List.of("local-port", "remote-port", "checksum", "follow", "keepalive");
    static final List<String> TFC = List.of("pad", "dummies", "aggregate", "rate");
    static final List<String> LIFETIME =
            List.of(
                    "rekey-time",
                    "rekey-bytes",
                    "rekey-packets",
                    "life-time",
                    "life-bytes",
                    "life-packets");
    static final List<String> SA = List.of("spi", "key", "key-file", "initial-sequence");
    static final List<String> POLICY =
            List.of("name", "direction", "action", "priority", "source", "destination", "tunnel");

    /** The mappings by the names that the schema's definitions have. */
    static final Map<String, List<String>> MAPPINGS =
            Map.ofEntries(
                    Map.entry("gateway", GATEWAY),
                    Map.entry("ip", IP),
                    Map.entry("mbufs", MBUFS),
                    Map.entry("crypto", CRYPTO),
                    Map.entry("openssl", OPENSSL),
                    Map.entry("lanes", LANES),
                    Map.entry("runtime", RUNTIME),
                    Map.entry("route", ROUTE),
                    Map.entry("kernel-routes", KERNEL_ROUTES),
                    Map.entry("tunnel", TUNNEL),
                    Map.entry("encap", ENCAP),
                    Map.entry("tfc", TFC),
                    Map.entry("lifetime", LIFETIME),
                    Map.entry("sa", SA),
                    Map.entry("policy", POLICY));

    private Vocabulary() {}
}
