package io.esplanade.engine.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

class FragmenterTest {

    private static final int ID = 0x11223344;

    private static List<byte[]> cut(byte[] packet, int mtu) {
        try (PacketMbufs mbufs = new PacketMbufs(256, 2)) {
            Fragmenter fragmenter = new Fragmenter(mbufs.source, mbufs.drops, ID - 1);
            Burst out = new Burst(128);
            long mbuf = mbufs.mbuf(packet);
            assertThat(fragmenter.fragment(mbuf, mtu, out)).isEqualTo(DropReason.NONE);
            List<byte[]> fragments = new ArrayList<>();
            for (int i = 0; i < out.count(); i++) {
                fragments.add(PacketMbufs.bytes(out.get(i)));
                mbufs.drops.giveBack(out.get(i));
            }
            return fragments;
        }
    }

    @Test
    void fragmentsAreWhatScapyMakesOfTheSamePacket() {
        for (List<String> vector : IpVectors.of("fragments")) {
            List<byte[]> expected =
                    vector.subList(2, vector.size()).stream().map(IpVectors::bytes).toList();
            byte[] packet = IpVectors.bytes(vector.get(1));

            assertThat(cut(packet, Integer.parseInt(vector.get(0))))
                    .usingElementComparator(Arrays::compare)
                    .containsExactlyElementsOf(expected);
        }
    }

    @Test
    void fragmentsFitAndCarryTheWholePacketWhateverItsLengthAndTheMtu() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            boolean ipv6 = random.nextBoolean();
            int mtu = random.nextInt(ipv6 ? 1280 : 576, 1700);
            int length = random.nextInt(mtu + 1, 9001);
            byte[] packet =
                    ipv6
                            ? IpPackets.udp("fd01::5", "fd02::5", length)
                            : IpPackets.udp("10.1.0.5", "10.2.0.5", length);
            List<byte[]> fragments = cut(packet, mtu);

            assertThat(fragments).allMatch(fragment -> fragment.length <= mtu);
            assertThat(IpFragments.join(fragments)).isEqualTo(packet);
        }
    }

    /** RFC 791 §3.2: a fragment is cut like any packet, and all pieces still fit together. */
    @Test
    void aFragmentMayBeCutAgain() {
        byte[] packet = IpPackets.udp("10.1.0.5", "10.2.0.5", 3000);
        List<byte[]> once = cut(packet, 1400);
        List<byte[]> twice = new ArrayList<>();
        for (byte[] fragment : once) {
            if (fragment.length > 576) {
                twice.addAll(cut(fragment, 576));
            } else {
                twice.add(fragment);
            }
        }
        assertThat(IpFragments.join(twice)).isEqualTo(packet);
    }

    /** RFC 791 §3.1: options without the copied flag, as record route, stay with the first. */
    @Test
    void optionsThatAreNotToBeCopiedAreNot() {
        byte[] plain = IpPackets.udp("10.1.0.5", "10.2.0.5", 1200);
        byte[] packet = new byte[plain.length + 12];
        System.arraycopy(plain, 0, packet, 0, 20);
        System.arraycopy(plain, 20, packet, 32, plain.length - 20);
        byte[] options = {7, 7, 4, 0, 0, 0, 0, (byte) 0x94, 4, 0, 0, 0};
        System.arraycopy(options, 0, packet, 20, options.length);
        packet[0] = 0x48;
        packet[2] = (byte) (packet.length >>> 8);
        packet[3] = (byte) packet.length;
        List<byte[]> fragments = cut(IpPackets.withChecksum(packet), 600);

        byte[] copied = {1, 1, 1, 1, 1, 1, 1, (byte) 0x94, 4, 0, 0, 0};
        assertThat(Arrays.copyOfRange(fragments.get(0), 20, 32)).isEqualTo(options);
        assertThat(Arrays.copyOfRange(fragments.get(1), 20, 32)).isEqualTo(copied);
        for (byte[] fragment : fragments) {
            assertThat(IpPackets.withChecksum(fragment)).isEqualTo(fragment);
        }
    }

    @Test
    void withTooFewMbufsThePacketStaysWholeAndNothingIsLost() {
        try (PacketMbufs mbufs = new PacketMbufs(3, 1)) {
            Burst out = new Burst(128);
            byte[] packet = IpPackets.udp("10.1.0.5", "10.2.0.5", 9000);
            long mbuf = mbufs.mbuf(packet);
            Fragmenter fragmenter = new Fragmenter(mbufs.source, mbufs.drops, ID);

            assertThat(fragmenter.fragment(mbuf, 1500, out))
                    .isEqualTo(DropReason.NO_MBUF_FOR_FRAGMENT);
            assertThat(out.isEmpty()).isTrue();
            assertThat(PacketMbufs.bytes(mbuf)).isEqualTo(packet);
            mbufs.drops.drop(mbuf, DropReason.NO_MBUF_FOR_FRAGMENT);
        }
    }

    @Test
    void anMtuThatLeavesNoRoomForDataIsNone() {
        try (PacketMbufs mbufs = new PacketMbufs(4, 0)) {
            long mbuf = mbufs.mbuf(IpPackets.udp("10.1.0.5", "10.2.0.5", 1000));
            Burst out = new Burst(128);
            assertThat(new Fragmenter(mbufs.source, mbufs.drops, ID).fragment(mbuf, 27, out))
                    .isEqualTo(DropReason.OVERSIZED);
            assertThat(Mbuf.length(mbuf)).isEqualTo(1000);
            mbufs.drops.drop(mbuf, DropReason.OVERSIZED);
        }
    }

    /** RFC 8200 §4.5 has hop-by-hop options first, and in every fragment. */
    @Test
    void noFragmentHeaderIsPutBeforeHopByHopOptions() {
        byte[] plain = IpPackets.udp("fd01::5", "fd02::5", 1000);
        byte[] packet = new byte[1008];
        System.arraycopy(plain, 0, packet, 0, 40);
        System.arraycopy(plain, 40, packet, 48, 960);
        byte[] options = {IpPackets.UDP, 0, 1, 4, 0, 0, 0, 0};
        System.arraycopy(options, 0, packet, 40, 8);
        packet[4] = (byte) (968 >>> 8);
        packet[5] = (byte) 968;
        packet[6] = 0;
        try (PacketMbufs mbufs = new PacketMbufs(4, 0)) {
            long mbuf = mbufs.mbuf(packet);
            Burst out = new Burst(128);
            assertThat(new Fragmenter(mbufs.source, mbufs.drops, ID).fragment(mbuf, 600, out))
                    .isEqualTo(DropReason.OVERSIZED);
            assertThat(PacketMbufs.bytes(mbuf)).isEqualTo(packet);
            mbufs.drops.drop(mbuf, DropReason.OVERSIZED);
        }
    }
}
