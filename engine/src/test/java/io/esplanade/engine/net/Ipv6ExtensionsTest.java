package io.esplanade.engine.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.os.AccessCheck;
import io.esplanade.engine.os.AccessChecks;
import io.esplanade.engine.os.Mem;

import org.junit.jupiter.api.Test;

import java.util.HexFormat;
import java.util.Random;

class Ipv6ExtensionsTest {

    private static final int HOP = IpProtocol.HOP_BY_HOP;
    private static final int ROUTING = IpProtocol.ROUTING;
    private static final int FRAGMENT = IpProtocol.FRAGMENT;
    private static final int OPTIONS = IpProtocol.DESTINATION_OPTIONS;
    private static final int UDP = IpProtocol.UDP;

    private static final String UDP_HEADER = "0035003600080000";

    /** A packet whose fixed header names {@code next}. */
    private static Packet packet(int next, String payload) {
        String hex = payload.replace(" ", "");
        return Packet.hex(
                "60000000",
                HexFormat.of().toHexDigits((short) (hex.length() / 2)),
                HexFormat.of().toHexDigits((byte) next),
                "40",
                "00".repeat(32),
                hex);
    }

    /** 8 bytes, or {@code 8 + 8 * more}, of an extension header that names {@code next}. */
    private static String extension(int next, int more) {
        return "%02x%02x".formatted(next, more) + "00".repeat(6 + 8 * more);
    }

    private static String fragment(int next, int offset, boolean more) {
        return "%02x00%04x".formatted(next, offset | (more ? 1 : 0)) + "12345678";
    }

    private static void finds(int next, String payload, int protocol, int offset, int flags) {
        try (Packet packet = packet(next, payload)) {
            assertThat(Ipv6.transport(packet.address()))
                    .isEqualTo(Transport.of(protocol, offset, flags));
        }
    }

    private static void malformed(int next, String payload) {
        try (Packet packet = packet(next, payload)) {
            assertThat(Ipv6.transport(packet.address())).isEqualTo(Transport.MALFORMED);
        }
    }

    @Test
    void withoutExtensionsTheTransportHeaderIsRightBehind() {
        finds(UDP, UDP_HEADER, UDP, 40, 0);
        finds(IpProtocol.ICMPV6, "8000", IpProtocol.ICMPV6, 40, 0);
    }

    @Test
    void noNextHeaderAndAnEmptyPacketAreWhatTheySay() {
        finds(IpProtocol.NO_NEXT_HEADER, "", IpProtocol.NO_NEXT_HEADER, 40, 0);
        finds(UDP, "", UDP, 40, 0);
    }

    @Test
    void allFourKindsAreWalkedWithTheirLengths() {
        finds(
                HOP,
                extension(OPTIONS, 0)
                        + extension(ROUTING, 1)
                        + extension(FRAGMENT, 2)
                        + fragment(OPTIONS, 0, false)
                        + extension(UDP, 0)
                        + UDP_HEADER,
                UDP,
                40 + 8 + 16 + 24 + 8 + 8,
                0);
    }

    @Test
    void espAndAhCountAsTransport() {
        finds(OPTIONS, extension(IpProtocol.ESP, 0) + "00".repeat(8), IpProtocol.ESP, 48, 0);
        finds(IpProtocol.AH, "00".repeat(24), IpProtocol.AH, 40, 0);
    }

    @Test
    void aFirstFragmentHasItsTransportHeader() {
        finds(FRAGMENT, fragment(UDP, 0, true) + UDP_HEADER, UDP, 48, Transport.FRAGMENT);
    }

    @Test
    void inALaterFragmentWhatFollowsIsDataAndNotWalked() {
        int later = Transport.FRAGMENT | Transport.LATER_FRAGMENT;
        finds(FRAGMENT, fragment(UDP, 8, true) + "00".repeat(8), UDP, 48, later);
        finds(FRAGMENT, fragment(UDP, 0xfff8, false) + "00".repeat(8), UDP, 48, later);
        finds(FRAGMENT, fragment(OPTIONS, 8, false) + "11ff", OPTIONS, 48, later);
    }

    @Test
    void anAtomicFragmentIsNone() {
        finds(FRAGMENT, fragment(UDP, 0, false) + UDP_HEADER, UDP, 48, 0);
    }

    @Test
    void theReservedBitsOfAFragmentHeaderDoNotCount() {
        finds(FRAGMENT, fragment(UDP, 6, false) + UDP_HEADER, UDP, 48, 0);
    }

    @Test
    void hopByHopOptionsComeFirstOrNotAtAll() {
        malformed(OPTIONS, extension(HOP, 0) + extension(UDP, 0) + UDP_HEADER);
        malformed(HOP, extension(HOP, 0) + extension(UDP, 0) + UDP_HEADER);
    }

    @Test
    void anExtensionThatIsCutOffIsMalformed() {
        malformed(HOP, "");
        malformed(HOP, "11");
        malformed(HOP, "11000000000000");
        malformed(OPTIONS, "1101000000000000" + "00".repeat(7));
        malformed(ROUTING, "11ff000000000000");
        malformed(FRAGMENT, "11000001000000");
        finds(OPTIONS, "1100000000000000", UDP, 48, 0); // ends with its extension
    }

    @Test
    void bytesBehindThePacketAreNotRead() {
        try (Packet packet = packet(OPTIONS, extension(UDP, 0) + UDP_HEADER)) {
            Mem.putShortBE(packet.address() + 4, 7); // the rest is link-layer padding
            assertThat(Ipv6.transport(packet.address())).isEqualTo(Transport.MALFORMED);
        }
    }

    @Test
    void moreThanEightExtensionsAreTooMany() {
        finds(
                OPTIONS,
                extension(OPTIONS, 0).repeat(7) + extension(UDP, 0) + UDP_HEADER,
                UDP,
                40 + 64,
                0);
        malformed(OPTIONS, extension(OPTIONS, 0).repeat(8) + extension(UDP, 0) + UDP_HEADER);
    }

    @Test
    void whateverTheBytesNothingOutsideThePacketIsReadOrAnswered() {
        try (Packet packet = new Packet(new byte[200])) {
            long ip = packet.address();
            int[] length = {0};
            AccessCheck check =
                    (address, size) -> {
                        if (address < ip || address + size > ip + length[0]) {
                            throw new IllegalStateException("outside: " + (address - ip));
                        }
                    };
            AccessChecks.install(check);
            try {
                Random random = new Random(1);
                for (int i = 0; i < 50_000; i++) {
                    length[0] = 200;
                    byte[] bytes = randomPacket(random);
                    Mem.copyFrom(bytes, 0, ip, bytes.length);
                    length[0] = bytes.length;
                    int transport = Ipv6.transport(ip);
                    if (transport != Transport.MALFORMED) {
                        assertThat(Transport.offset(transport)).isBetween(40, bytes.length);
                        assertThat(transport).isPositive();
                    }
                }
            } finally {
                AccessChecks.remove(check);
            }
        }
    }

    private static byte[] randomPacket(Random random) {
        int[] kinds = {HOP, ROUTING, FRAGMENT, OPTIONS, UDP};
        byte[] bytes = new byte[40 + random.nextInt(120)];
        random.nextBytes(bytes);
        bytes[0] = 0x60;
        bytes[4] = 0;
        bytes[5] = (byte) (bytes.length - 40);
        bytes[6] = (byte) kinds[random.nextInt(kinds.length)];
        for (int at = 40; at + 1 < bytes.length; at += 8) {
            bytes[at] = (byte) kinds[random.nextInt(kinds.length)];
            bytes[at + 1] = (byte) random.nextInt(3);
        }
        return bytes;
    }
}
