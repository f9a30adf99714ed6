package io.esplanade.engine.interop;

import io.esplanade.engine.crypto.Encryption;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.ipsec.Direction;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** tshark, opening what tunnels have sent. */
final class Wireshark {

    private static final String NONE = "NULL";

    private static final Map<Integrity, String> AUTHENTICATION =
            Map.of(
                    Integrity.NONE, NONE,
                    Integrity.HMAC_SHA1_96, "HMAC-SHA-1-96 [RFC2404]",
                    Integrity.HMAC_SHA2_256_128, "HMAC-SHA-256-128 [RFC4868]",
                    Integrity.HMAC_SHA2_384_192, "HMAC-SHA-384-192 [RFC4868]",
                    Integrity.HMAC_SHA2_512_256, "HMAC-SHA-512-256 [RFC4868]");

    private final Path directory;
    private final List<Tunnel> tunnels;
    private final long high;
    private boolean knowsEsn;

    /**
     * @param high half of the sequence numbers with ESN
     */
    Wireshark(Path directory, List<Tunnel> tunnels, long high) {
        this.directory = directory;
        this.tunnels = tunnels;
        this.high = high;
    }

    /** Whether tshark 4.0 opens the suite and looks at its ICV. */
    static boolean has(Tunnel tunnel) {
        return !encryption(tunnel.suite().encryption()).isEmpty()
                && AUTHENTICATION.containsKey(tunnel.suite().integrity());
    }

    private static String encryption(Encryption encryption) {
        return switch (encryption.mode()) {
            case GCM -> "AES-GCM with %d octet ICV [RFC4106]".formatted(encryption.icvLength());
            case CBC -> "AES-CBC [RFC3602]";
            case CTR -> "AES-CTR [RFC3686]";
            case TRIPLE_DES_CBC -> "TripleDES-CBC [RFC2451]";
            case NULL -> NONE;
            default -> "";
        };
    }

    /** A line for each packet: SPI, sequence number, inner packet, whether the ICV is right. */
    List<String> open(String capture) throws IOException, InterruptedException {
        Tool.Output output =
                Tool.tshark()
                        .run(
                                directory,
                                Map.of("WIRESHARK_CONFIG_DIR", profile().toString()),
                                "-r",
                                capture,
                                "-o",
                                "esp.enable_encryption_decode:TRUE",
                                "-o",
                                "esp.enable_authentication_check:TRUE",
                                "-T",
                                "fields",
                                "-e",
                                "esp.spi",
                                "-e",
                                "esp.sequence",
                                "-e",
                                "esp.contained_data",
                                "-e",
                                "esp.icv_good");
        knowsEsn = !output.errors().contains("More fields than required");
        // 4.2 and later say True where 4.0 says 1.
        return output.lines().stream()
                .map(line -> line.replace("True", "1").replace("False", "0"))
                .toList();
    }

    /**
     * The line for a packet that is right; asked for after {@link #open}, since tshark 4.0 knows no
     * ESN: it opens such packets but takes their ICV for wrong.
     */
    String right(Tunnel tunnel, long sequence, byte[] inner) {
        return "0x%08x\t%d\t%s\t%s"
                .formatted(
                        tunnel.spi(Direction.OUTBOUND),
                        sequence & 0xffff_ffffL,
                        HexFormat.of().formatHex(inner),
                        !tunnel.esn() || knowsEsn ? 1 : 0);
    }

    /** A configuration that has the tunnels' keys. */
    private Path profile() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Tunnel tunnel : tunnels) {
            String key = tunnel.keyHex(Direction.OUTBOUND);
            int cipher = 2 * (tunnel.suite().keyLength() + tunnel.suite().saltLength());
            lines.add(
                    "\"%s\",\"%s\",\"%s\",\"0x%08x\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%x\""
                            .formatted(
                                    tunnel.outerIpv6() ? "IPv6" : "IPv4",
                                    tunnel.us(),
                                    tunnel.peer(),
                                    tunnel.spi(Direction.OUTBOUND),
                                    encryption(tunnel.suite().encryption()),
                                    hex(key.substring(0, cipher)),
                                    AUTHENTICATION.get(tunnel.suite().integrity()),
                                    hex(key.substring(cipher)),
                                    tunnel.esn() ? "64-bit" : "32-bit",
                                    tunnel.esn() ? high : 0));
        }
        Path profile = Files.createDirectory(directory.resolve("wireshark"));
        Files.write(profile.resolve("esp_sa"), lines);
        return profile;
    }

    private static String hex(String key) {
        return key.isEmpty() ? "" : "0x" + key;
    }
}
