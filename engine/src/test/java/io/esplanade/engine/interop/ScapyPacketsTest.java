package io.esplanade.engine.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.port.pcap.CaptureReader;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** ESP packets made by scapy are taken, and those that are no longer as scapy made them are not. */
class ScapyPacketsTest {

    private static final int WINDOW = 64;
    private static final int ESP_HEADER = 8;
    private static final int IV = 8;
    private static final int ICV = 16;

    @TempDir Path directory;
    private Tool scapy;

    /** A packet for scapy to seal. */
    private record Order(Tunnel tunnel, long sequence, byte[] inner) {

        Order(Tunnel tunnel, long sequence, boolean ipv6, int payload) {
            this(tunnel, sequence, tunnel.inner(ipv6, Direction.INBOUND, payload));
        }

        String line() {
            return "%08x %x %s"
                    .formatted(
                            tunnel.spi(Direction.INBOUND),
                            sequence,
                            HexFormat.of().formatHex(inner));
        }

        byte[] forwarded() {
            return IpPackets.withTtl(inner, 63);
        }
    }

    @BeforeEach
    void findScapy() throws IOException {
        scapy = Tool.scapy("seal_esp.py", directory);
    }

    private List<byte[]> seal(List<Order> orders) throws Exception {
        List<String> sas = new ArrayList<>();
        for (Tunnel tunnel : Tunnel.ALL) {
            sas.add(
                    "%08x %s %s %s %s"
                            .formatted(
                                    tunnel.spi(Direction.INBOUND),
                                    tunnel.keyHex(Direction.INBOUND),
                                    tunnel.esn() ? "esn" : "short",
                                    tunnel.peer(),
                                    tunnel.us()));
        }
        Files.write(directory.resolve("sas.txt"), sas);
        Files.write(directory.resolve("plan.txt"), orders.stream().map(Order::line).toList());
        scapy.run(directory, Map.of(), "sas.txt", "plan.txt", "sealed.pcap");
        List<byte[]> sealed = new ArrayList<>();
        try (CaptureReader capture = CaptureReader.open(directory.resolve("sealed.pcap"))) {
            while (capture.next()) {
                sealed.add(capture.bytes());
            }
        }
        assertThat(sealed).hasSameSizeAs(orders);
        return sealed;
    }

    @Test
    void whatScapySealedComesOutAsItWentIn() throws Exception {
        List<Order> orders = new ArrayList<>();
        long[] sequences = new long[Tunnel.ALL.size()];
        Arrays.fill(sequences, 1);
        int[] payloads = {0, 1, 2, 3, 4, 5, 16, 100, 1001, 1002, 1003, 1460};
        for (Tunnel tunnel : Tunnel.ALL) {
            for (int payload : payloads) {
                orders.add(new Order(tunnel, sequences[tunnel.index()]++, false, payload));
                orders.add(new Order(tunnel, sequences[tunnel.index()]++, true, payload));
            }
        }
        List<byte[]> sealed = seal(orders);
        try (InteropGateway gateway = new InteropGateway(t -> 1)) {
            for (int i = 0; i < orders.size(); i++) {
                assertThat(gateway.inwards(sealed.get(i)))
                        .as("%s", orders.get(i))
                        .containsExactly(orders.get(i).forwarded());
            }
            assertThat(gateway.gateway.drops()).isEqualTo(Map.<DropReason, Long>of());
        }
    }

    @Test
    void theLowHalfOfTheNumbersMayWrapAndPacketsMaySwapPlaces() throws Exception {
        long first = 0x1_0000_0000L - WINDOW;
        List<Order> orders = new ArrayList<>();
        for (Tunnel tunnel : Tunnel.ALL) {
            for (int i = 0; tunnel.esn() && i < 2 * WINDOW; i++) {
                orders.add(new Order(tunnel, first + (i ^ 21), i % 2 == 0, i));
            }
        }
        List<byte[]> sealed = seal(orders);
        try (InteropGateway gateway = new InteropGateway(t -> t.esn() ? first : 1)) {
            for (int i = 0; i < orders.size(); i++) {
                assertThat(gateway.inwards(sealed.get(i)))
                        .as("%s", orders.get(i))
                        .containsExactly(orders.get(i).forwarded());
            }
            for (byte[] packet : sealed) {
                assertThat(gateway.inwards(packet)).isEmpty();
            }
            // The window still holds the newer half; the older ones' low halves are taken for
            // numbers that are yet to come (RFC 4303 appendix A2.2).
            assertThat(gateway.gateway.drops())
                    .isEqualTo(
                            Map.of(
                                    DropReason.REPLAYED, 6L * WINDOW,
                                    DropReason.ICV_FAILED, 6L * WINDOW));
        }
    }

    @Test
    void aPacketChangedAnywhereIsDroppedByTheNameOfWhatIsWrong() throws Exception {
        List<Order> orders = onePacketEach();
        List<byte[]> sealed = seal(orders);
        try (InteropGateway gateway = new InteropGateway(t -> 1)) {
            for (int i = 0; i < orders.size(); i++) {
                Tunnel tunnel = orders.get(i).tunnel();
                byte[] good = sealed.get(i);
                int esp = tunnel.outerIpv6() ? 40 : 20;
                int payload = esp + ESP_HEADER + IV;
                int icv = good.length - ICV;
                refused(gateway, flipped(good, esp, 4), DropReason.NO_SA);
                refused(gateway, flipped(good, esp + 4, esp + 8), DropReason.ICV_FAILED);
                refused(gateway, flipped(good, esp + 8, payload), DropReason.ICV_FAILED);
                refused(gateway, flipped(good, payload, icv), DropReason.ICV_FAILED);
                refused(gateway, flipped(good, icv, good.length), DropReason.ICV_FAILED);
                if (!tunnel.outerIpv6()) {
                    refused(gateway, flipped(good, 8, 12), DropReason.BAD_CHECKSUM);
                }
                // None of that has moved the window.
                assertThat(gateway.inwards(good)).containsExactly(orders.get(i).forwarded());
            }
        }
    }

    /** The packet with one bit wrong in each byte of the range, one copy for each. */
    private static List<byte[]> flipped(byte[] good, int from, int to) {
        List<byte[]> bad = new ArrayList<>();
        for (int i = from; i < Math.max(to, from + 1); i++) {
            bad.add(IpPackets.with(good, i, good[i] ^ 1 << i % 8));
        }
        return bad;
    }

    @Test
    void aPacketUnderAnotherSpiIsDroppedForWantOfAnSa() throws Exception {
        List<Order> orders = onePacketEach();
        List<byte[]> sealed = seal(orders);
        try (InteropGateway gateway = new InteropGateway(t -> 1)) {
            for (int i = 0; i < orders.size(); i++) {
                int at = orders.get(i).tunnel().outerIpv6() ? 40 : 20;
                List<byte[]> bad = new ArrayList<>();
                for (int spi : new int[] {0, 1, 255, 256, 0x1000, 0x7fffffff, -1}) {
                    byte[] other = sealed.get(i).clone();
                    ByteBuffer.wrap(other).putInt(at, spi);
                    bad.add(other);
                }
                refused(gateway, bad, DropReason.NO_SA);
            }
        }
    }

    @Test
    void aPacketSentTwiceIsDroppedAsReplayed() throws Exception {
        List<Order> orders = onePacketEach();
        List<byte[]> sealed = seal(orders);
        try (InteropGateway gateway = new InteropGateway(t -> 1)) {
            for (int i = 0; i < orders.size(); i++) {
                byte[] packet = sealed.get(i);
                assertThat(gateway.inwards(packet)).containsExactly(orders.get(i).forwarded());
                refused(gateway, List.of(packet, packet), DropReason.REPLAYED);
            }
        }
    }

    @Test
    void aPacketThatTheWindowHasLeftBehindIsDroppedAsTooOld() throws Exception {
        List<Order> orders = new ArrayList<>();
        for (Tunnel tunnel : Tunnel.ALL) {
            orders.add(new Order(tunnel, 1, false, 10)); // left of the window
            orders.add(new Order(tunnel, 2, false, 10)); // its oldest number
            orders.add(new Order(tunnel, 1 + WINDOW, false, 10));
        }
        List<byte[]> sealed = seal(orders);
        try (InteropGateway gateway = new InteropGateway(t -> 1)) {
            for (int i = 0; i < orders.size(); i += 3) {
                Order newest = orders.get(i + 2);
                assertThat(gateway.inwards(sealed.get(i + 2))).containsExactly(newest.forwarded());
                // With ESN its low half is taken for one of the next 2³², where it is not.
                boolean esn = newest.tunnel().esn();
                refused(
                        gateway,
                        List.of(sealed.get(i)),
                        esn ? DropReason.ICV_FAILED : DropReason.TOO_OLD);
                Order oldest = orders.get(i + 1);
                assertThat(gateway.inwards(sealed.get(i + 1))).containsExactly(oldest.forwarded());
            }
        }
    }

    @Test
    void aPacketCutShortIsDroppedAsRuntAndNothingIsRead() throws Exception {
        List<Order> orders = onePacketEach();
        List<byte[]> sealed = seal(orders);
        try (InteropGateway gateway = new InteropGateway(t -> 1)) {
            for (byte[] good : sealed) {
                List<byte[]> cut = new ArrayList<>();
                for (int length = 0; length < good.length; length++) {
                    cut.add(Arrays.copyOf(good, length));
                }
                refused(gateway, cut, DropReason.RUNT);
            }
        }
    }

    @Test
    void aPacketCutShortWhoseHeaderSaysSoIsDroppedByWhatIsMissing() throws Exception {
        List<Order> orders = onePacketEach();
        List<byte[]> sealed = seal(orders);
        try (InteropGateway gateway = new InteropGateway(t -> 1)) {
            for (int i = 0; i < orders.size(); i++) {
                byte[] good = sealed.get(i);
                int esp = orders.get(i).tunnel().outerIpv6() ? 40 : 20;
                int least = ESP_HEADER + IV + 2 + ICV;
                for (int length = 0; length < good.length - esp; length++) {
                    DropReason reason =
                            length < least
                                    ? DropReason.ESP_RUNT
                                    : length % 4 != 0
                                            ? DropReason.ESP_ALIGNMENT
                                            : DropReason.ICV_FAILED;
                    refused(gateway, List.of(shortened(good, esp, length)), reason);
                }
            }
        }
    }

    /** The packet with {@code length} bytes behind its IP header, which says so. */
    private static byte[] shortened(byte[] packet, int header, int length) {
        byte[] cut = Arrays.copyOf(packet, header + length);
        if (header == 40) {
            ByteBuffer.wrap(cut).putShort(4, (short) length);
            return cut;
        }
        ByteBuffer.wrap(cut).putShort(2, (short) cut.length);
        return IpPackets.withChecksum(cut);
    }

    private static List<Order> onePacketEach() {
        List<Order> orders = new ArrayList<>();
        for (Tunnel tunnel : Tunnel.ALL) {
            orders.add(new Order(tunnel, 1, tunnel.index() % 2 == 0, 33));
        }
        return orders;
    }

    /** Each of the packets is dropped, for this reason and no other, and its mbuf is at rest. */
    private static void refused(InteropGateway gateway, List<byte[]> packets, DropReason reason) {
        for (byte[] packet : packets) {
            Map<DropReason, Long> before = gateway.gateway.drops();
            assertThat(gateway.inwards(packet)).isEmpty();
            before.merge(reason, 1L, Long::sum);
            assertThat(gateway.gateway.drops()).isEqualTo(before);
            gateway.gateway.assertEveryMbufAtRest();
        }
    }
}
