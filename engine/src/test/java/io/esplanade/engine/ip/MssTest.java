package io.esplanade.engine.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.Test;

import java.util.HexFormat;

class MssTest {

    private static final int SYN = 2;
    private static final int ACK = 16;

    /** Runs the packet through; says what became of it. */
    private static byte[] clamp(byte[] packet, int most, int flags) {
        try (PacketMbufs mbufs = new PacketMbufs(2, 0)) {
            long mbuf = mbufs.mbuf(packet);
            Mbuf.flags(mbuf, Mbuf.flags(mbuf) | flags);
            if (Mss.isSyn(mbuf)) {
                Mss.clamp(mbuf, most);
            }
            byte[] result = PacketMbufs.bytes(mbuf);
            mbufs.drops.giveBack(mbuf);
            return result;
        }
    }

    private static byte[] tcp(boolean ipv6, int flags, String options) {
        byte[] bytes = HexFormat.of().parseHex(options);
        return ipv6
                ? IpPackets.tcp("fd01::5", "fd02::5", flags, bytes)
                : IpPackets.tcp("10.1.0.5", "10.2.0.5", flags, bytes);
    }

    /** The new packet is, checksum and all, what it would be if it had been sent so. */
    @Test
    void aSynTellsNoMoreThanItMayWhereverTheOptionStands() {
        String[] places = {
            "0204%04x",
            "0101" + "0204%04x" + "0000",
            "01" + "0204%04x" + "010101",
            "0402" + "0204%04x" + "0303070101" + "01",
            "080a0102030405060708" + "010204%04x" + "00",
        };
        for (String place : places) {
            for (boolean ipv6 : new boolean[] {false, true}) {
                for (int flags : new int[] {SYN, SYN | ACK}) {
                    byte[] syn = tcp(ipv6, flags, place.formatted(1460));
                    byte[] lowered = tcp(ipv6, flags, place.formatted(1234));
                    assertThat(clamp(syn, 1234, 0)).isEqualTo(lowered);
                    assertThat(clamp(lowered, 1234, 0)).isEqualTo(lowered);
                    byte[] less = tcp(ipv6, flags, place.formatted(500));
                    assertThat(clamp(less, 1234, 0)).isEqualTo(less);
                }
            }
        }
    }

    @Test
    void whatIsNoSynOrTellsNothingOrIsMalformedStays() {
        byte[][] packets = {
            tcp(false, ACK, "020405b4"),
            tcp(false, SYN, ""),
            tcp(false, SYN, "00000000" + "020405b4"), // behind the end of options
            tcp(false, SYN, "03000000" + "020405b4"), // an option of no length
            tcp(false, SYN, "01010206"), // one that runs over the end
            tcp(false, SYN, "01010102"),
            IpPackets.packet("10.1.0.5", "10.2.0.5", 6, new byte[19]),
            IpPackets.udp("10.1.0.5", "10.2.0.5", 100),
        };
        for (byte[] packet : packets) {
            assertThat(clamp(packet, 100, 0)).isEqualTo(packet);
        }
    }

    /** What the host left for the last port to add up is added up there. */
    @Test
    void aChecksumThatIsYetToBeCompletedStays() {
        byte[] syn = tcp(false, SYN, "020405b4");
        byte[] expected = tcp(false, SYN, "020404d2");
        expected[36] = syn[36];
        expected[37] = syn[37];
        assertThat(clamp(syn, 1234, Mbuf.CSUM_PARTIAL)).isEqualTo(expected);
    }
}
