package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.ipsec.HeaderRules.DontFragment;
import io.esplanade.engine.ipsec.HeaderRules.EcnMode;
import io.esplanade.engine.ipsec.HeaderRules.FlowLabel;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.PortMbufs;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/** The outer header of tunnel mode, by the tables of RFC 4301 §5.1.2. */
class OuterHeaderTest {

    private static final int SALT = 0x1234_5678;
    private static final int SEQUENCE = 0x7_9abc;
    private static final byte[] PLAIN = IpPackets.udp("10.1.0.5", "10.2.0.5", 60);
    private static final byte[] PLAIN6 = IpPackets.udp("fd01::5", "fd02::5", 60);
    private static final HeaderRules DEFAULT = HeaderRules.DEFAULT;

    private final PortMbufs mbufs = new PortMbufs(1, 0);
    private final long mbuf = mbufs.packet(new byte[1], 0);
    private final long inner = Mbuf.data(mbuf);
    private final long at = inner - 100;

    @AfterEach
    void free() {
        mbufs.free(mbuf);
        mbufs.close();
    }

    private static OuterHeader ipv4(HeaderRules rules) {
        return header("192.0.2.1", "198.51.100.2", rules);
    }

    private static OuterHeader ipv6(HeaderRules rules) {
        return header("2001:db8::1", "2001:db8:ffff::fffe", rules);
    }

    private static OuterHeader header(String source, String destination, HeaderRules rules) {
        return OuterHeader.of(
                TestSas.sa("header")
                        .outbound()
                        .from(InetAddress.ofLiteral(source))
                        .to(InetAddress.ofLiteral(destination))
                        .headers(rules)
                        .build(),
                SALT);
    }

    private void write(OuterHeader header, byte[] packet, int payload) {
        Mem.copyFrom(packet, 0, inner, packet.length);
        Mbuf.flags(mbuf, packet[0] >>> 4 == 6 ? Mbuf.IPV6 : 0);
        Mbuf.sequence(mbuf, SEQUENCE);
        header.write(at, payload, inner, mbuf);
    }

    private String written(OuterHeader header, byte[] packet, int payload) {
        Mem.fill(at, 64, 0xee);
        write(header, packet, payload);
        assertThat(Mem.getUnsignedByte(at + header.length())).isEqualTo(0xee);
        return HexFormat.of().formatHex(Mem.bytes(at, header.length()));
    }

    private static byte[] withDf(byte[] ipv4) {
        return IpPackets.withChecksum(IpPackets.with(ipv4, 6, 0x40));
    }

    private static byte[] withClass(byte[] packet, int tos) {
        if (packet[0] >>> 4 == 4) {
            return IpPackets.withChecksum(IpPackets.with(packet, 1, tos));
        }
        byte[] first = IpPackets.with(packet, 0, 0x60 | tos >>> 4);
        return IpPackets.with(first, 1, tos << 4 & 0xf0 | packet[1] & 15);
    }

    @Test
    void anIpv4HeaderAroundAPacketWithDfHasDfNoIdTtl64ProtocolEspAndItsChecksum() {
        OuterHeader header = ipv4(DEFAULT);
        assertThat(header.isIpv6()).isFalse();
        assertThat(written(header, withDf(PLAIN), 100))
                .isEqualTo("45000078" + "00004000" + "40324e1d" + "c0000201" + "c6336402");
    }

    @Test
    void itsChecksumIsRightForEveryLengthAndAllThatVaries() {
        for (String destination : new String[] {"198.51.100.2", "0.0.0.0", "255.255.255.255"}) {
            OuterHeader header = header("255.255.255.254", destination, DEFAULT);
            for (int payload = 0; payload <= 65515; payload++) {
                byte[] packet = payload % 2 == 0 ? PLAIN.clone() : withDf(PLAIN);
                packet[1] = (byte) payload;
                write(header, packet, payload);
                if (!Ipv4.checksumRight(at) || Ipv4.totalLength(at) != payload + 20) {
                    throw new AssertionError("wrong for a payload of " + payload);
                }
            }
        }
    }

    @Test
    void anIpv6HeaderHasThePayloadsLength() {
        OuterHeader header = ipv6(DEFAULT);
        assertThat(header.isIpv6()).isTrue();
        assertThat(written(header, PLAIN, 0xabcd))
                .isEqualTo(
                        "60000000"
                                + "abcd3240"
                                + "20010db8000000000000000000000001"
                                + "20010db8ffff0000000000000000fffe");
    }

    @ParameterizedTest
    @EnumSource
    void dfIsCopiedSetOrCleared(DontFragment df) {
        OuterHeader header = ipv4(DEFAULT.withDf(df));
        boolean set = df == DontFragment.SET;
        boolean copied = df == DontFragment.COPY;
        write(header, PLAIN, 100);
        assertThat(Ipv4.dontFragment(at)).isEqualTo(set);
        write(header, withDf(PLAIN), 100);
        assertThat(Ipv4.dontFragment(at)).isEqualTo(set || copied);
        // Routers do not fragment IPv6.
        write(header, PLAIN6, 100);
        assertThat(Ipv4.dontFragment(at)).isEqualTo(set || copied);
    }

    /** AH's ICV covers the ID, so that who fragments may not choose one (RFC 4302 §3.3.3.1). */
    @ParameterizedTest
    @EnumSource
    void whatIsToBeFragmentedHasNoDfAndAnIdWhateverTheRules(DontFragment df) {
        Mem.copyFrom(PLAIN6, 0, inner, PLAIN6.length);
        Mbuf.flags(mbuf, Mbuf.IPV6 | Mbuf.TO_FRAGMENT);
        Mbuf.sequence(mbuf, SEQUENCE);
        ipv4(DEFAULT.withDf(df)).write(at, 100, inner, mbuf);
        assertThat(Ipv4.dontFragment(at)).isFalse();
        assertThat(Ipv4.id(at)).isEqualTo(SEQUENCE + SALT & 0xffff);
        assertThat(Ipv4.checksumRight(at)).isTrue();
    }

    @Test
    void aFragmentInsideMakesNoFragmentOutside() {
        byte[] fragment = IpPackets.withChecksum(IpPackets.with(PLAIN, 6, 0xff));
        write(ipv4(DEFAULT), fragment, 100);
        assertThat(Ipv4.isFragment(at)).isFalse();
    }

    @Test
    void withoutDfEachOf65536PacketsHasAnIdOfItsOwn() {
        OuterHeader header = ipv4(DEFAULT.withDf(DontFragment.CLEAR));
        Set<Integer> ids = new HashSet<>();
        for (long sequence = 0xffff_8000L; sequence < 0x1_0000_8000L; sequence++) {
            Mbuf.sequence(mbuf, sequence);
            header.write(at, 100, inner, mbuf);
            ids.add(Ipv4.id(at));
        }
        assertThat(ids).hasSize(65536);
        write(header, PLAIN, 100);
        assertThat(Ipv4.id(at)).isEqualTo(SEQUENCE + SALT & 0xffff);
        assertThat(Ipv4.checksumRight(at)).isTrue();
    }

    @Test
    void dscpIsCopiedSetOrMapped() {
        DscpMap map = DscpMap.of(Map.of(46, 0, 0, 63));
        for (int dscp = 0; dscp < 64; dscp++) {
            int expected = dscp == 46 ? 0 : dscp == 0 ? 63 : dscp;
            assertThat(outerClass(DEFAULT, dscp << 2)).isEqualTo(dscp << 2);
            assertThat(outerClass(DEFAULT.withDscp(DscpMap.of(10)), dscp << 2)).isEqualTo(10 << 2);
            assertThat(outerClass(DEFAULT.withDscp(map), dscp << 2)).isEqualTo(expected << 2);
        }
    }

    @Test
    void aDscpHasSixBits() {
        assertThatThrownBy(() -> DscpMap.of(64)).hasMessage("a DSCP is 0 to 63, not 64");
        assertThatThrownBy(() -> DscpMap.of(Map.of(-1, 0))).hasMessageContaining("not -1");
        assertThatThrownBy(() -> DscpMap.of(Map.of(0, 64))).hasMessageContaining("not 64");
    }

    @Test
    void ecnIsCopiedInNormalModeAndNotInCompatibilityMode() {
        HeaderRules compatible = DEFAULT.withEcn(EcnMode.COMPATIBILITY);
        for (int ecn = 0; ecn < 4; ecn++) {
            assertThat(outerClass(DEFAULT, 0xb8 | ecn)).isEqualTo(0xb8 | ecn);
            assertThat(outerClass(compatible, 0xb8 | ecn)).isEqualTo(0xb8);
        }
    }

    /** What DSCP and ECN come out as, which is the same whatever the families. */
    private int outerClass(HeaderRules rules, int innerClass) {
        Set<Integer> classes = new HashSet<>();
        for (byte[] packet : new byte[][] {PLAIN, PLAIN6}) {
            write(ipv4(rules), withClass(packet, innerClass), 100);
            classes.add(Ipv4.tos(at));
            assertThat(Ipv4.checksumRight(at)).isTrue();
            write(ipv6(rules), withClass(packet, innerClass), 100);
            classes.add(Ipv6.trafficClass(at));
            assertThat(Ipv4.version(at)).isEqualTo(6);
        }
        assertThat(classes).hasSize(1);
        return classes.iterator().next();
    }

    @Test
    void theFlowLabelIsCopiedZeroOrTheFlowsOwn() {
        byte[] labelled = withClass(PLAIN6, 0xff);
        labelled[1] |= 0x0a;
        labelled[2] = (byte) 0xbc;
        labelled[3] = (byte) 0xde;
        write(ipv6(DEFAULT), labelled, 100);
        assertThat(Ipv6.flowLabel(at)).isEqualTo(0xabcde);
        write(ipv6(DEFAULT), PLAIN, 100);
        assertThat(Ipv6.flowLabel(at)).isZero();
        write(ipv6(DEFAULT.withFlowLabel(FlowLabel.ZERO)), labelled, 100);
        assertThat(Ipv6.flowLabel(at)).isZero();

        OuterHeader hashing = ipv6(DEFAULT.withFlowLabel(FlowLabel.HASH));
        Set<Integer> labels = new HashSet<>();
        for (int flow = 0; flow < 1000; flow++) {
            Mbuf.flowHash(mbuf, flow);
            write(hashing, PLAIN, 100);
            int label = Ipv6.flowLabel(at);
            write(hashing, labelled, 200);
            assertThat(Ipv6.flowLabel(at)).as("the same for the same flow").isEqualTo(label);
            labels.add(label);
        }
        assertThat(labels).hasSizeGreaterThan(990).doesNotContain(0);
    }

    @Test
    void theTtlIsTheConfiguredOne() {
        write(ipv4(DEFAULT.withTtl(1)), IpPackets.withTtl(PLAIN, 17), 100);
        assertThat(Ipv4.ttl(at)).isEqualTo(1);
        write(ipv6(DEFAULT.withTtl(255)), PLAIN, 100);
        assertThat(Ipv6.hopLimit(at)).isEqualTo(255);
        assertThatThrownBy(() -> DEFAULT.withTtl(0)).hasMessageContaining("1 to 255, not 0");
        assertThatThrownBy(() -> DEFAULT.withTtl(256)).hasMessageContaining("1 to 255, not 256");
    }
}
