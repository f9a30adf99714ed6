package io.esplanade.gateway;

import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.pcap.CaptureReader;
import io.esplanade.engine.port.pcap.PcapWriter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Two gateways as files, and what A's hosts send over IPv4 in the demo's traffic. */
final class Samples {

    private static final String A =
            """
            name: a
            nonce-store: a.nonces
            ports:
              lan: { type: pcap, side: protected, read: lan.pcap, mtu: 1446 }
              wan: { type: pcap, side: unprotected, write: esp.pcap }
            routes:
              - { to: 10.1.0.0/24, port: lan }
              - { to: 0.0.0.0/0, port: wan }
            tunnels:
              to-b:
                local: 192.0.2.1
                remote: 192.0.2.2
                local-ts: 10.1.0.0/24
                remote-ts: 10.2.0.0/24
                esp-proposal: aes128gcm16-esn
                out: { spi: 0xc0000001, key: "0x000102030405060708090a0b0c0d0e0f10111213" }
                in: { spi: 0xc0000002, key: "0x100102030405060708090a0b0c0d0e0f10111213" }
            """;

    private static final String B =
            """
            name: b
            nonce-store: b.nonces
            ports:
              lan: { type: pcap, side: protected, write: out.pcap, mtu: 1446 }
              wan: { type: pcap, side: unprotected, read: esp.pcap }
            routes:
              - { to: 10.2.0.0/24, port: lan }
              - { to: 0.0.0.0/0, port: wan }
            tunnels:
              to-a:
                local: 192.0.2.2
                remote: 192.0.2.1
                local-ts: 10.2.0.0/24
                remote-ts: 10.1.0.0/24
                esp-proposal: aes128gcm16-esn
                out: { spi: 0xc0000002, key: "0x100102030405060708090a0b0c0d0e0f10111213" }
                in: { spi: 0xc0000001, key: "0x000102030405060708090a0b0c0d0e0f10111213" }
            """;

    private Samples() {}

    /** A's file; its {@code lan.pcap} is to be written beside it. */
    static Path a(Path directory) throws IOException {
        return Files.writeString(directory.resolve("a.yaml"), A);
    }

    /** B's file, which reads what A has written. */
    static Path b(Path directory) throws IOException {
        return Files.writeString(directory.resolve("b.yaml"), B);
    }

    /** The IPv4 packets of A's hosts in the demo's traffic. */
    static List<byte[]> packets(Path directory) throws IOException {
        Path traffic = directory.resolve("traffic.pcap");
        try (InputStream in = Main.class.getResourceAsStream("demo/traffic.pcap")) {
            Files.copy(in, traffic, StandardCopyOption.REPLACE_EXISTING);
        }
        return read(traffic).stream().filter(p -> p[0] >> 4 == 4 && p[13] == 1).toList();
    }

    static List<byte[]> read(Path capture) throws IOException {
        List<byte[]> packets = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(capture)) {
            int header = 0;
            while (reader.next()) {
                header = reader.linkType().headerLength();
                byte[] bytes = reader.bytes();
                packets.add(Arrays.copyOfRange(bytes, header, bytes.length));
            }
        }
        return packets;
    }

    static void write(Path capture, List<byte[]> packets, int times) throws IOException {
        try (PcapWriter writer = new PcapWriter(capture, LinkType.RAW_IP)) {
            for (int i = 0; i < times; i++) {
                for (byte[] packet : packets) {
                    writer.write(packet, 1_700_000_000_000_000_000L);
                }
            }
        }
    }
}
