package io.esplanade.engine.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.pcap.PcapWriter;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What the engine sends is opened by tshark and by scapy and is what was sent in: all four mixes of
 * families, all suites, with and without ESN, every size up to 1500 bytes.
 */
class EmittedPacketsTest {

    private static final int LONGEST = 1500;
    private static final int HIGH = 7; // half of the sequence numbers with ESN

    /** A packet that went in, as it should come out of the tunnel. */
    private record Sent(Tunnel tunnel, long sequence, byte[] inner) {

        String line() {
            return "%08x %016x %s"
                    .formatted(
                            tunnel.spi(Direction.OUTBOUND),
                            sequence,
                            HexFormat.of().formatHex(inner));
        }
    }

    @TempDir static Path directory;
    private static final List<Sent> SENT = new ArrayList<>();

    @BeforeAll
    static void sendEverySize() throws IOException {
        try (InteropGateway gateway = new InteropGateway(EmittedPacketsTest::first);
                PcapWriter capture = capture("emitted.pcap")) {
            long[] sequences = Tunnel.ALL.stream().mapToLong(EmittedPacketsTest::first).toArray();
            int suites = 3;
            for (int group = 0; group < Tunnel.ALL.size(); group += suites) {
                for (boolean ipv6 : new boolean[] {false, true}) {
                    int header = ipv6 ? 40 : 20;
                    for (int length = header + 1; length <= LONGEST; length++) {
                        Tunnel tunnel = Tunnel.ALL.get(group + length % suites);
                        long sequence = sequences[tunnel.index()]++;
                        send(gateway, capture, tunnel, ipv6, length - header, sequence);
                    }
                }
            }
            assertThat(gateway.gateway.drops()).isEqualTo(Map.<DropReason, Long>of());
        }
    }

    private static void send(
            InteropGateway gateway,
            PcapWriter capture,
            Tunnel tunnel,
            boolean ipv6,
            int payload,
            long sequence)
            throws IOException {
        byte[] packet = tunnel.inner(ipv6, Direction.OUTBOUND, payload);
        List<byte[]> emitted = gateway.outwards(packet);
        assertThat(emitted).hasSize(1);
        capture.write(emitted.getFirst(), 0);
        SENT.add(new Sent(tunnel, sequence, IpPackets.withTtl(packet, 63)));
    }

    private static long first(Tunnel tunnel) {
        return tunnel.esn() ? (long) HIGH << 32 | 1 : 1;
    }

    private static PcapWriter capture(String name) throws IOException {
        return new PcapWriter(directory.resolve(name), LinkType.RAW_IP);
    }

    @Test
    void tsharkOpensEverythingSent() throws Exception {
        Wireshark tshark = new Wireshark(directory, Tunnel.ALL, HIGH);
        List<String> opened = tshark.open("emitted.pcap");
        assertThat(opened).hasSameSizeAs(SENT);
        for (int i = 0; i < SENT.size(); i++) {
            Sent s = SENT.get(i);
            assertThat(opened.get(i)).isEqualTo(tshark.right(s.tunnel, s.sequence, s.inner));
        }
    }

    @Test
    void scapyOpensEverythingSent() throws Exception {
        Tool scapy = Tool.scapy("open_esp.py", directory);
        assertThat(opened(scapy, "emitted.pcap", EmittedPacketsTest::first))
                .containsExactlyElementsOf(SENT.stream().map(Sent::line).toList());
    }

    @Test
    void scapyOpensWhatIsSentWhenTheLowHalfOfTheNumbersWraps() throws Exception {
        Tool scapy = Tool.scapy("open_esp.py", Files.createDirectory(directory.resolve("wrap")));
        List<String> sent = new ArrayList<>();
        long first = 0x1_ffff_fff0L;
        try (InteropGateway gateway = new InteropGateway(t -> t.esn() ? first : 1);
                PcapWriter capture = capture("wrap.pcap")) {
            for (Tunnel tunnel : Tunnel.ALL) {
                for (int i = 0; tunnel.esn() && i < 32; i++) {
                    byte[] packet = tunnel.inner(i % 2 == 0, Direction.OUTBOUND, i);
                    capture.write(gateway.outwards(packet).getFirst(), 0);
                    sent.add(new Sent(tunnel, first + i, IpPackets.withTtl(packet, 63)).line());
                }
            }
        }
        assertThat(sent).hasSize(6 * 32);
        assertThat(opened(scapy, "wrap.pcap", t -> first)).containsExactlyElementsOf(sent);
    }

    private static List<String> opened(Tool scapy, String capture, ToLongFunction<Tunnel> first)
            throws Exception {
        List<String> sas = new ArrayList<>();
        for (Tunnel tunnel : Tunnel.ALL) {
            sas.add(
                    "%08x %s %s %x"
                            .formatted(
                                    tunnel.spi(Direction.OUTBOUND),
                                    tunnel.keyHex(Direction.OUTBOUND),
                                    tunnel.esn() ? "esn" : "short",
                                    first.applyAsLong(tunnel) - 1));
        }
        Files.write(directory.resolve("sas.txt"), sas);
        scapy.run(directory, Map.of(), "sas.txt", capture, "opened.txt");
        return Files.readAllLines(directory.resolve("opened.txt"));
    }
}
