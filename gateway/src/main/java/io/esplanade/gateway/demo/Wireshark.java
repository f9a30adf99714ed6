package io.esplanade.gateway.demo;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Writes what Wireshark needs to look into the ESP capture. */
final class Wireshark {

    private Wireshark() {}

    /**
     * Writes {@code esp_sa} and {@code preferences} to a folder that serves as its configuration.
     */
    static void configure(Path directory, List<Tunnel> tunnels) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Tunnel tunnel : tunnels) {
            lines.add(line(tunnel.a(), tunnel.b(), tunnel.aToB()));
            lines.add(line(tunnel.b(), tunnel.a(), tunnel.bToA()));
        }
        Files.write(directory.resolve("esp_sa"), lines);
        Files.writeString(directory.resolve("preferences"), "esp.enable_encryption_decode: TRUE\n");
    }

    private static String line(InetAddress from, InetAddress to, Tunnel.Sa sa) {
        return "\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"0x%s\",\"NULL\",\"\""
                .formatted(
                        from instanceof Inet4Address ? "IPv4" : "IPv6",
                        from.getHostAddress(),
                        to.getHostAddress(),
                        sa,
                        "AES-GCM with 16 octet ICV [RFC4106]",
                        HexFormat.of().formatHex(sa.key()));
    }

    /** How to open the capture. */
    static List<String> commands(Path directory) {
        String settings = "WIRESHARK_CONFIG_DIR=" + directory;
        Path capture = directory.resolve("esp.pcap");
        return List.of(settings + " wireshark " + capture, settings + " tshark -r " + capture);
    }
}
