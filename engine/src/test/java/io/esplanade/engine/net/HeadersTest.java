package io.esplanade.engine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.os.Mem;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;

class HeadersTest {

    private static final String ETHERNET = "021122334455 06aabbccddee 86dd";

    /** 10.1.0.2 to 10.2.0.3, TCP, with 4 bytes of options; DF; TTL 64. */
    private static final String IPV4 = "46b8 0030 1234 4000 4006 0000 0a010002 0a020003 01010101";

    private static final String TCP = "c001 01bb 00000001 00000002 8010 0200 abcd 0000";

    private static final String ADDRESSES =
            "20010db8000000010000000000000002 20010db8000000ff80000000000000fe";

    @Test
    void anEthernetHeaderIsReadAndWritten() {
        try (Packet packet = Packet.hex(ETHERNET, "0000")) {
            long at = packet.address();
            assertThat(Ethernet.destination(at)).isEqualTo(0x021122334455L);
            assertThat(Ethernet.source(at)).isEqualTo(0x06aabbccddeeL);
            assertThat(Ethernet.type(at)).isEqualTo(Ethernet.IPV6);

            Ethernet.write(at, 0xfeffffffffffL, 0x80a0b0c0d0e0L, Ethernet.IPV4);
            assertThat(HexFormat.of().formatHex(Mem.bytes(at, 16)))
                    .isEqualTo("feffffffffff" + "80a0b0c0d0e0" + "0800" + "0000");
        }
    }

    @Test
    void groupAddressesAreKnown() {
        assertThat(Ethernet.isGroup(Ethernet.parse("ff:ff:ff:ff:ff:ff"))).isTrue();
        assertThat(Ethernet.isGroup(Ethernet.parse("33:33:00:00:00:01"))).isTrue();
        assertThat(Ethernet.isGroup(Ethernet.parse("02:00:00:00:00:01"))).isFalse();
    }

    @Test
    void linkLayerAddressesAreReadAsTheyAreWritten() {
        assertThat(Ethernet.parse("02:00:5e:10:00:fF")).isEqualTo(0x02005e1000ffL);
        assertThat(Ethernet.text(0x02005e1000ffL)).isEqualTo("02:00:5e:10:00:ff");
        for (String wrong : new String[] {"", "02:00:00:00:00", "02:00:00:00:00:00:", "x"}) {
            assertThatThrownBy(() -> Ethernet.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not a link-layer address");
        }
    }

    @Test
    void anIpv4HeaderIsRead() {
        try (Packet packet = Packet.hex(IPV4, TCP)) {
            long ip = packet.address();
            assertThat(Ipv4.version(ip)).isEqualTo(4);
            assertThat(Ipv4.headerLength(ip)).isEqualTo(24);
            assertThat(Ipv4.tos(ip)).isEqualTo(0xb8);
            assertThat(Ipv4.totalLength(ip)).isEqualTo(48);
            assertThat(Ipv4.id(ip)).isEqualTo(0x1234);
            assertThat(Ipv4.dontFragment(ip)).isTrue();
            assertThat(Ipv4.moreFragments(ip)).isFalse();
            assertThat(Ipv4.isFragment(ip)).isFalse();
            assertThat(Ipv4.ttl(ip)).isEqualTo(64);
            assertThat(Ipv4.protocol(ip)).isEqualTo(IpProtocol.TCP);
            assertThat(Ipv4.source(ip)).isEqualTo(0x0a010002);
            assertThat(Ipv4.destination(ip)).isEqualTo(0x0a020003);
            assertThat(Ipv4.sourceLow(ip)).isEqualTo(0xffff_0a01_0002L);
            assertThat(Ipv4.destinationLow(ip)).isEqualTo(0xffff_0a02_0003L);
            int transport = Ipv4.transport(ip);
            assertThat(Transport.protocol(transport)).isEqualTo(IpProtocol.TCP);
            assertThat(Transport.offset(transport)).isEqualTo(24);
            assertThat(Transport.portsKnown(transport, 48)).isTrue();
            assertThat(Transport.ports(IpProtocol.TCP, ip + 24) >>> 16).isEqualTo(0xc001);
            assertThat(Transport.ports(IpProtocol.TCP, ip + 24) & 0xffff).isEqualTo(443);
            assertThat(Tcp.headerLength(ip + 24)).isEqualTo(32);
            assertThat(Tcp.checksum(ip + 24)).isEqualTo(0xabcd);
        }
    }

    @Test
    void anIpv4AddressWithItsTopBitSetStaysInTheMappedRange() {
        try (Packet packet = Packet.hex("45000014000000004001 0000 ffffffff 80000001")) {
            assertThat(Ipv4.sourceLow(packet.address())).isEqualTo(0xffff_ffff_ffffL);
            assertThat(Ipv4.destinationLow(packet.address())).isEqualTo(0xffff_8000_0001L);
        }
    }

    @Test
    void anIpv4PacketCutOffAnywhereIsNotValid() {
        try (Packet packet = Packet.hex(IPV4, TCP)) {
            for (int available = 0; available < 48; available++) {
                assertThat(Ipv4.valid(packet.address(), available)).isFalse();
            }
            assertThat(Ipv4.valid(packet.address(), 48)).isTrue();
            assertThat(Ipv4.valid(packet.address(), 60)).as("with padding").isTrue();
        }
    }

    @Test
    void anIpv4HeaderThatContradictsItselfIsNotValid() {
        try (Packet packet = Packet.hex(IPV4, TCP)) {
            long ip = packet.address();
            Mem.putByte(ip, 0x66);
            assertThat(Ipv4.valid(ip, 48)).as("version 6").isFalse();
            Mem.putByte(ip, 0x44);
            assertThat(Ipv4.valid(ip, 48)).as("16 bytes of header").isFalse();
            Mem.putByte(ip, 0x46);
            Mem.putShortBE(ip + 2, 23);
            assertThat(Ipv4.valid(ip, 48)).as("total below header").isFalse();
            Mem.putShortBE(ip + 2, 24);
            assertThat(Ipv4.valid(ip, 48)).as("a header alone").isTrue();
        }
    }

    @Test
    void ipv4FragmentsAreToldApart() {
        try (Packet packet = Packet.hex(IPV4, TCP)) {
            long ip = packet.address();
            Mem.putShortBE(ip + 6, 0x2000);
            assertThat(Ipv4.isFragment(ip)).isTrue();
            assertThat(Ipv4.moreFragments(ip)).isTrue();
            assertThat(Transport.isFragment(Ipv4.transport(ip))).isTrue();
            assertThat(Transport.isLaterFragment(Ipv4.transport(ip))).isFalse();
            assertThat(Transport.portsKnown(Ipv4.transport(ip), 48)).isTrue();

            Mem.putShortBE(ip + 6, 0x0001);
            assertThat(Ipv4.fragmentOffset(ip)).isEqualTo(8);
            assertThat(Ipv4.isFragment(ip)).isTrue();
            assertThat(Transport.isLaterFragment(Ipv4.transport(ip))).isTrue();
            assertThat(Transport.portsKnown(Ipv4.transport(ip), 48)).isFalse();

            Mem.putShortBE(ip + 6, 0x3fff);
            assertThat(Ipv4.fragmentOffset(ip)).isEqualTo(65528);
        }
    }

    @Test
    void everyTtlGoesDownByOneAndTheChecksumStaysRight() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] header = new byte[20];
            random.nextBytes(header);
            header[0] = 0x45;
            header[8] = (byte) (1 + i % 255);
            try (Packet packet = new Packet(header)) {
                long ip = packet.address();
                Ipv4.updateChecksum(ip);
                assertThat(Ipv4.checksumRight(ip)).isTrue();
                int ttl = Ipv4.ttl(ip);
                decrementTtl(ip);
                assertThat(Ipv4.ttl(ip)).isEqualTo(ttl - 1);
                assertThat(Ipv4.protocol(ip)).isEqualTo(header[9] & 0xff);
                assertThat(Mem.getIntBE(ip + 12)).isEqualTo(ByteBuffer.wrap(header).getInt(12));
                assertThat(Ipv4.checksumRight(ip)).isTrue();
            }
        }
    }

    /** Whatever the checksum was: as by the rule for any word that changes (RFC 1624). */
    @Test
    void everyChecksumIsCorrectedForTheTtlAsForAnyWord() {
        for (int checksum = 0; checksum <= 0xffff; checksum++) {
            long second = 0x4011_0000_0a01_0002L | (long) checksum << 32;
            int expected = Checksum.update(checksum, 0x4011, 0x3f11);
            assertThat(Ipv4.ttlDecremented(second))
                    .isEqualTo(0x3f11_0000_0a01_0002L | (long) expected << 32);
        }
    }

    private static void decrementTtl(long ip) {
        Mem.putLongBE(ip + 8, Ipv4.ttlDecremented(Mem.getLongBE(ip + 8)));
    }

    @Test
    void aWrongChecksumIsStillWrongAfterTheTtlWentDown() {
        try (Packet packet = Packet.hex(IPV4, TCP)) {
            Ipv4.updateChecksum(packet.address());
            Mem.putByte(packet.address() + 13, 99);
            assertThat(Ipv4.checksumRight(packet.address())).isFalse();
            decrementTtl(packet.address());
            assertThat(Ipv4.checksumRight(packet.address())).isFalse();
        }
    }

    @Test
    void anIpv6HeaderIsRead() {
        try (Packet packet = Packet.hex("6b812345 0004 11 40", ADDRESSES, "00350036")) {
            long ip = packet.address();
            assertThat(Ipv4.version(ip)).isEqualTo(6);
            assertThat(Ipv6.trafficClass(ip)).isEqualTo(0xb8);
            assertThat(Ipv6.flowLabel(ip)).isEqualTo(0x12345);
            assertThat(Ipv6.payloadLength(ip)).isEqualTo(4);
            assertThat(Ipv6.totalLength(ip)).isEqualTo(44);
            assertThat(Ipv6.nextHeader(ip)).isEqualTo(IpProtocol.UDP);
            assertThat(Ipv6.hopLimit(ip)).isEqualTo(64);
            assertThat(Ipv6.sourceHigh(ip)).isEqualTo(0x20010db800000001L);
            assertThat(Ipv6.sourceLow(ip)).isEqualTo(2);
            assertThat(Ipv6.destinationHigh(ip)).isEqualTo(0x20010db8000000ffL);
            assertThat(Ipv6.destinationLow(ip)).isEqualTo(0x80000000000000feL);
            for (int available = 0; available < 44; available++) {
                assertThat(Ipv6.valid(ip, available)).isFalse();
            }
            assertThat(Ipv6.valid(ip, 44)).isTrue();
            Ipv6.decrementHopLimit(ip);
            assertThat(Ipv6.hopLimit(ip)).isEqualTo(63);
            Mem.putByte(ip, 0x45);
            assertThat(Ipv6.valid(ip, 44)).isFalse();
        }
    }

    @Test
    void udpAndIcmpHeadersAreRead() {
        try (Packet packet = Packet.hex("00350036 1234 5678")) {
            assertThat(Udp.length(packet.address())).isEqualTo(0x1234);
            assertThat(Udp.checksum(packet.address())).isEqualTo(0x5678);
        }
        try (Packet packet = Packet.hex("0301 abcd 00000000")) {
            assertThat(Icmp.type(packet.address())).isEqualTo(3);
            assertThat(Icmp.code(packet.address())).isEqualTo(1);
            assertThat(Icmp.checksum(packet.address())).isEqualTo(0xabcd);
        }
    }

    @Test
    void whereOtherProtocolsHavePortsIcmpHasTypeAndCodeAndMobilityAType() {
        try (Packet packet = Packet.hex("0301 abcd 00000000")) {
            for (int icmp : new int[] {IpProtocol.ICMP, IpProtocol.ICMPV6}) {
                assertThat(Transport.ports(icmp, packet.address()) >>> 16).isEqualTo(0x0301);
                assertThat(Transport.ports(icmp, packet.address()) & 0xffff).isZero();
            }
        }
        try (Packet packet = Packet.hex("3b01 0500 abcd0000")) { // a binding update
            int mobility = IpProtocol.MOBILITY;
            assertThat(Transport.ports(mobility, packet.address()) >>> 16).isEqualTo(0x0500);
            assertThat(Transport.ports(mobility, packet.address()) & 0xffff).isZero();
        }
    }

    @Test
    void portsAreKnownOnlyWhereTheyAre() {
        int udp = Transport.of(IpProtocol.UDP, 20, 0);
        assertThat(Transport.portsKnown(udp, 24)).isTrue();
        assertThat(Transport.portsKnown(udp, 23)).as("cut off").isFalse();
        for (int protocol = 0; protocol < 256; protocol++) {
            assertThat(Transport.portsKnown(Transport.of(protocol, 20, 0), 100))
                    .isEqualTo(Set.of(1, 6, 17, 33, 58, 132, 135, 136).contains(protocol));
        }
    }
}
