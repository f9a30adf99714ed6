package io.esplanade.engine.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.List;

class IcmpErrorTest {

    @Test
    void errorsAreWhatScapyMakesOfThem() {
        for (List<String> vector : IpVectors.of("error")) {
            InetAddress gateway = InetAddress.ofLiteral(vector.get(0));
            try (PacketMbufs mbufs = new PacketMbufs(4, 0)) {
                long mbuf = mbufs.mbuf(IpVectors.bytes(vector.get(3)));
                assertThat(IcmpError.mayBeAbout(mbuf)).isTrue();
                IcmpError.make(
                        mbuf,
                        IcmpError.Kind.valueOf(vector.get(1)),
                        Integer.parseInt(vector.get(2)),
                        IpAddresses.high(gateway),
                        IpAddresses.low(gateway),
                        false,
                        1);
                assertThat(PacketMbufs.bytes(mbuf))
                        .as("%s", vector.subList(0, 3))
                        .isEqualTo(IpVectors.bytes(vector.get(4)));
                assertThat(Mbuf.has(mbuf, Mbuf.IPV6)).isEqualTo(vector.get(0).contains(":"));
                mbufs.drops.giveBack(mbuf);
            }
        }
    }

    /** RFC 1812 §4.3.2.7, RFC 4443 §2.4 (e). */
    @Test
    void neverAboutAnIcmpErrorNorALaterFragment() {
        for (int type : new int[] {3, 4, 5, 11, 12}) {
            assertThat(mayBeAbout(icmp("10.1.0.5", "10.2.0.5", 1, type))).isFalse();
        }
        for (int type : new int[] {1, 2, 3, 4, 127, 137}) {
            assertThat(mayBeAbout(icmp("fd01::5", "fd02::5", 58, type))).isFalse();
        }
        byte[] udp = IpPackets.udp("10.1.0.5", "10.2.0.5", 200);
        assertThat(mayBeAbout(IpFragments.piece(udp, 64, 128, 1))).isFalse();
        byte[] udp6 = IpPackets.udp("fd01::5", "fd02::5", 200);
        assertThat(mayBeAbout(IpFragments.piece(udp6, 64, 128, 1))).isFalse();
    }

    @Test
    void aboutQuestionsAnswersAndFirstFragments() {
        for (int type : new int[] {0, 8, 13, 14}) {
            assertThat(mayBeAbout(icmp("10.1.0.5", "10.2.0.5", 1, type))).isTrue();
        }
        for (int type : new int[] {128, 129}) {
            assertThat(mayBeAbout(icmp("fd01::5", "fd02::5", 58, type))).isTrue();
        }
        byte[] udp = IpPackets.udp("10.1.0.5", "10.2.0.5", 200);
        assertThat(mayBeAbout(IpFragments.piece(udp, 0, 64, 1))).isTrue();
    }

    /** What does not show its type may be an error. */
    @Test
    void neverAboutIcmpThatIsCutOffBeforeItsType() {
        assertThat(mayBeAbout(IpPackets.packet("10.1.0.5", "10.2.0.5", 1, new byte[0]))).isFalse();
    }

    private static byte[] icmp(String source, String destination, int protocol, int type) {
        byte[] icmp = new byte[16];
        icmp[0] = (byte) type;
        return IpPackets.packet(source, destination, protocol, icmp);
    }

    private static boolean mayBeAbout(byte[] packet) {
        try (PacketMbufs mbufs = new PacketMbufs(4, 0)) {
            long mbuf = mbufs.mbuf(packet);
            boolean may = IcmpError.mayBeAbout(mbuf);
            mbufs.drops.giveBack(mbuf);
            return may;
        }
    }
}
