package io.esplanade.engine.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.pcap.PcapWriter;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the engine sends, tshark opens: every suite that it knows. */
class TsharkSuitesTest {

    private static final int[] PAYLOADS = {0, 1, 13, 14, 15, 16, 17, 1000};

    @TempDir Path directory;

    private static List<Tunnel> tunnels() {
        List<Tunnel> tunnels = new ArrayList<>();
        for (Suite suite : Suite.all()) {
            Tunnel tunnel = new Tunnel(tunnels.size(), tunnels.size() % 2 == 0, suite, false);
            if (Wireshark.has(tunnel)) {
                tunnels.add(tunnel);
            }
        }
        return tunnels;
    }

    private record Sent(Tunnel tunnel, long sequence, byte[] inner) {}

    @Test
    void itsCiphersAndItsMacs() throws Exception {
        List<Tunnel> tunnels = tunnels();
        assertThat(tunnels).hasSizeGreaterThan(30);
        List<Sent> sent = new ArrayList<>();
        try (InteropGateway gateway = new InteropGateway(tunnels, t -> 1);
                PcapWriter capture =
                        new PcapWriter(directory.resolve("suites.pcap"), LinkType.RAW_IP)) {
            for (Tunnel tunnel : tunnels) {
                for (int i = 0; i < PAYLOADS.length; i++) {
                    byte[] packet = tunnel.inner(i % 2 == 0, Direction.OUTBOUND, PAYLOADS[i]);
                    List<byte[]> emitted = gateway.outwards(packet);
                    assertThat(emitted).hasSize(1);
                    capture.write(emitted.getFirst(), 0);
                    sent.add(new Sent(tunnel, i + 1, IpPackets.withTtl(packet, 63)));
                }
            }
        }
        Wireshark tshark = new Wireshark(directory, tunnels, 0);
        List<String> opened = tshark.open("suites.pcap");
        assertThat(opened).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            Sent s = sent.get(i);
            assertThat(opened.get(i))
                    .as("%s", s.tunnel)
                    .isEqualTo(tshark.right(s.tunnel, s.sequence, s.inner));
        }
    }
}
