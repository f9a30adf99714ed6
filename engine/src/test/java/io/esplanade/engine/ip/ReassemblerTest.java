package io.esplanade.engine.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

class ReassemblerTest {

    private static final long TIME = 1000;

    private final PacketMbufs mbufs = new PacketMbufs(64, 4);
    private long now;

    private Reassembler reassembler(int most) {
        return new Reassembler(
                mbufs.pool,
                mbufs.source,
                mbufs.drops,
                mbufs.counters,
                new IpConfig(0, true, 0, most, TIME));
    }

    /** Gives a fragment; answers the datagram it completes, or null. */
    private byte[] add(Reassembler reassembler, byte[] fragment) {
        InetAddress[] ends = ends(fragment);
        long mbuf = mbufs.mbuf(fragment);
        DropReason reason =
                reassembler.add(
                        mbuf,
                        IpAddresses.high(ends[0]),
                        IpAddresses.low(ends[0]),
                        IpAddresses.high(ends[1]),
                        IpAddresses.low(ends[1]),
                        1,
                        now);
        if (reason != DropReason.NONE) {
            mbufs.drops.drop(mbuf, reason);
            return null;
        }
        long whole = reassembler.takeWhole();
        if (whole == Mbuf.NULL) {
            return null;
        }
        byte[] bytes = PacketMbufs.bytes(whole);
        mbufs.drops.giveBack(whole);
        return bytes;
    }

    private static InetAddress[] ends(byte[] packet) {
        boolean ipv4 = packet[0] >>> 4 == 4;
        int at = ipv4 ? 12 : 8;
        int length = ipv4 ? 4 : 16;
        try {
            byte[] source = new byte[length];
            byte[] destination = new byte[length];
            ByteBuffer.wrap(packet).get(at, source).get(at + length, destination);
            return new InetAddress[] {
                InetAddress.getByAddress(source), InetAddress.getByAddress(destination)
            };
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private void end(Reassembler reassembler) {
        reassembler.abandon(DropReason.CLOSING);
        assertThat(reassembler.isEmpty()).isTrue();
        mbufs.close();
    }

    @Test
    void fragmentsInAnyOrderBecomeThePacketTheyWere() {
        Reassembler reassembler = reassembler(60);
        Random random = new Random(1);
        for (int length = 60; length < 9000; length += 371) {
            for (String[] ends :
                    new String[][] {{"10.2.0.5", "10.1.0.5"}, {"fd02::5", "fd01::5"}}) {
                byte[] packet = IpPackets.udp(ends[0], ends[1], Math.max(60, length));
                List<byte[]> pieces = IpFragments.cut(packet, 8 * random.nextInt(25, 180), length);
                Collections.shuffle(pieces, random);
                byte[] whole = null;
                for (byte[] piece : pieces) {
                    assertThat(whole).isNull();
                    whole =
                            pieces.size() == 1
                                    ? IpPackets.withId(packet, length)
                                    : add(reassembler, piece);
                }
                assertThat(whole).isEqualTo(IpPackets.withId(packet, length));
            }
        }
        assertThat(mbufs.counters.drops()).isZero();
        end(reassembler);
    }

    /** RFC 8200 §4.5: headers that come before the fragment header are the whole's too. */
    @Test
    void headersBeforeTheFragmentHeaderStay() {
        byte[] packet = IpPackets.udp("fd02::5", "fd01::5", 400);
        byte[] options = new byte[8];
        options[1] = 0;
        List<byte[]> pieces = new ArrayList<>();
        for (byte[] piece : IpFragments.cut(packet, 160, 9)) {
            ByteBuffer with = ByteBuffer.allocate(piece.length + 8);
            with.put(piece, 0, 40).put((byte) IpPackets.IPV6_FRAGMENT).put(new byte[7]);
            with.put(piece, 40, piece.length - 40);
            with.put(6, (byte) 60).putShort(4, (short) (piece.length - 40 + 8));
            pieces.add(with.array());
        }
        ByteBuffer expected = ByteBuffer.allocate(408);
        expected.put(packet, 0, 40).put((byte) IpPackets.UDP).put(new byte[7]);
        expected.put(packet, 40, 360).put(6, (byte) 60).putShort(4, (short) 368);
        Reassembler reassembler = reassembler(8);
        byte[] whole = null;
        for (byte[] piece : pieces) {
            whole = add(reassembler, piece);
        }
        assertThat(whole).isEqualTo(expected.array());
        end(reassembler);
    }

    /** RFC 3168 §5.3: congestion met by one fragment was met by the datagram. */
    @Test
    void congestionExperiencedByOneFragmentIsTheWholes() {
        byte[] packet = IpPackets.withChecksum(IpPackets.with(udp(200), 1, 2)); // ECT(0)
        byte[] marked = IpPackets.with(IpFragments.piece(packet, 64, 180, 1), 1, 3);
        Reassembler reassembler = reassembler(8);
        assertThat(add(reassembler, IpFragments.piece(packet, 0, 64, 1))).isNull();
        assertThat(add(reassembler, IpPackets.withChecksum(marked)))
                .isEqualTo(IpPackets.withId(IpPackets.with(packet, 1, 3), 1));
        end(reassembler);
    }

    private static byte[] udp(int length) {
        return IpPackets.udp("10.2.0.5", "10.1.0.5", length);
    }

    @Test
    void aFloodOfFragmentsHoldsNoMoreThanItMayAndOneSourceNoMoreThanHalf() {
        Reassembler reassembler = reassembler(60); // 56 of a source
        for (int i = 0; i < 5000; i++) {
            String source = i % 2 == 0 ? "10.2.0.5" : "10.2." + i / 256 + "." + i % 256;
            byte[] packet = IpPackets.udp(source, "10.1.0.5", 200);
            add(reassembler, IpFragments.piece(packet, 0, 64, i));
            assertThat(mbufs.source.available()).isGreaterThanOrEqualTo(4);
        }
        assertThat(mbufs.counters.drops(DropReason.REASSEMBLY_FULL)).isEqualTo(5000 - 60);
        end(reassembler);
    }

    @Test
    void oneSourceAloneIsHeldToItsShare() {
        Reassembler reassembler = reassembler(60);
        for (int i = 0; i < 100; i++) {
            add(reassembler, IpFragments.piece(udp(200), 0, 64, i));
        }
        assertThat(mbufs.source.available()).isEqualTo(64 - 56);
        byte[] other = IpPackets.udp("10.2.0.6", "10.1.0.5", 200);
        add(reassembler, IpFragments.piece(other, 0, 64, 1));
        assertThat(add(reassembler, IpFragments.piece(other, 64, 180, 1)))
                .isEqualTo(IpPackets.withId(other, 1));
        end(reassembler);
    }

    @Test
    void whatIsNotWholeInTimeIsDropped() {
        Reassembler reassembler = reassembler(8);
        add(reassembler, IpFragments.piece(udp(200), 0, 64, 1));
        now = TIME - 1;
        reassembler.expire(now);
        assertThat(reassembler.isEmpty()).isFalse();
        now = TIME;
        assertThat(reassembler.hasExpired(now)).isTrue();
        reassembler.expire(now);
        assertThat(mbufs.counters.drops(DropReason.REASSEMBLY_TIMEOUT)).isOne();
        // The rest comes too late and begins anew.
        assertThat(add(reassembler, IpFragments.piece(udp(200), 64, 180, 1))).isNull();
        end(reassembler);
    }

    /** What a reassembler of few datagrams does, written down naively: a byte at a time. */
    private static final class Model {
        private final Map<Integer, Byte> data = new HashMap<>();
        private final List<String> seen = new ArrayList<>();
        private int end = -1;
        private boolean givenUp;
        private boolean complete;

        /** Whether the fragment completes the datagram. */
        boolean add(int from, byte[] bytes, boolean more) {
            String name = from + "+" + bytes.length + more;
            if (givenUp || seen.contains(name)) {
                return false;
            }
            boolean clash = end >= 0 && (!more || from + bytes.length > end);
            for (int i = 0; i < bytes.length; i++) {
                clash |= data.containsKey(from + i);
            }
            if (!more) {
                int last = from;
                clash |= data.keySet().stream().anyMatch(at -> at >= last);
            }
            if (clash) {
                givenUp = true;
                return false;
            }
            seen.add(name);
            for (int i = 0; i < bytes.length; i++) {
                data.put(from + i, bytes[i]);
            }
            end = more ? end : from + bytes.length;
            complete = data.size() == end;
            return complete;
        }
    }

    @Test
    void anyFragmentsDoWhatTheyDoToANaiveModel() {
        Reassembler reassembler = reassembler(60);
        SplittableRandom random = new SplittableRandom(4711);
        int completed = 0;
        int givenUp = 0;
        for (int id = 1; id < 4000; id++) {
            byte[] packet =
                    random.nextBoolean() ? udp(148) : IpPackets.udp("fd02::5", "fd01::5", 168);
            int header = packet.length - 128;
            Model model = new Model();
            for (int i = 0; i < 14 && !model.complete; i++) {
                int from = 8 * random.nextInt(16);
                boolean more = random.nextInt(6) > 0;
                int most = 128 - from;
                int length = more ? 8 * random.nextInt(1, most / 8 + 1) : most;
                byte[] data = new byte[length];
                System.arraycopy(packet, header + from, data, 0, length);
                byte[] whole = add(reassembler, IpFragments.piece(packet, data, from, more, id));
                if (model.add(from, data, more)) {
                    assertThat(whole).isEqualTo(IpPackets.withId(packet, id));
                    completed++;
                } else {
                    assertThat(whole).isNull();
                }
            }
            givenUp += model.givenUp ? 1 : 0;
            now += TIME;
            reassembler.expire(now);
            assertThat(reassembler.isEmpty()).isTrue();
            assertThat(mbufs.source.available()).isEqualTo(64);
        }
        assertThat(completed).isGreaterThan(50);
        assertThat(givenUp).isGreaterThan(1000);
        end(reassembler);
    }
}
