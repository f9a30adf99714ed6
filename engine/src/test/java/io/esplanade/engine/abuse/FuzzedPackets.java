package io.esplanade.engine.abuse;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;

import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Packets made of a fuzzer's bytes that are nearly right, so that they get far: chains of headers,
 * ESP and AH that a peer with the key sealed around anything, ESP in UDP, errors that quote what
 * the gateway sent, and fragments of them all.
 */
final class FuzzedPackets {

    private static final String[] ADDRESSES = {
        TunnelGateway.US,
        TunnelGateway.PEER,
        "10.1.0.5",
        "10.2.0.5",
        "203.0.113.9", // bypassed
        "198.51.100.9", // discarded
        "10.1.0.1", // ours, inside
        "10.9.0.5", // without a policy
        "224.0.0.1",
        "127.0.0.1",
    };

    private static final String[] ADDRESSES6 = {
        TunnelGateway.US6, TunnelGateway.PEER6, "fd01::5", "fd02::5", "fd01::1", "ff02::1", "::1",
    };

    private static final int[] PROTOCOLS = {50, 51, 17, 6, 1, 58, 4, 41, 59, 135, 255};
    private static final int[] EXTENSIONS = {0, 43, 44, 60};
    private static final int LONGEST = 2000;

    private final FuzzedDataProvider data;
    private final Barrage barrage;

    FuzzedPackets(FuzzedDataProvider data, Barrage barrage) {
        this.data = data;
        this.barrage = barrage;
    }

    /** What comes from outside next: a packet, or its fragments. */
    List<byte[]> fromOutside() {
        byte[] packet =
                switch (data.consumeInt(0, 7)) {
                    case 0 -> bytes();
                    case 1 -> ip(2);
                    case 2, 3 -> sealed();
                    case 4 -> datagram(sealed());
                    case 5 -> errorAbout(barrage.lastSealed());
                    case 6 -> authenticated();
                    default -> datagram(bytes());
                };
        if (data.consumeInt(0, 3) == 0) {
            packet = mangled(packet);
        }
        return data.consumeInt(0, 3) == 0 ? fragments(packet) : List.of(packet);
    }

    /** What comes from inside next. */
    byte[] fromInside() {
        byte[] packet =
                data.consumeBoolean()
                        ? IpPackets.udp("10.1.0.5", "10.2.0.5", data.consumeInt(28, LONGEST))
                        : ip(1);
        return data.consumeInt(0, 3) == 0 ? mangled(packet) : packet;
    }

    private byte[] bytes() {
        return data.consumeBytes(data.consumeInt(0, 80));
    }

    /** Bytes in any number, though the fuzzer brings few. */
    private byte[] manyBytes() {
        byte[] few = bytes();
        return data.consumeInt(0, 7) == 0 ? Arrays.copyOf(few, data.consumeInt(0, LONGEST)) : few;
    }

    private String address(boolean ipv6) {
        return data.pickValue(ipv6 ? ADDRESSES6 : ADDRESSES);
    }

    /** An IP packet around anything, itself too. */
    private byte[] ip(int depth) {
        boolean ipv6 = data.consumeBoolean();
        String from = address(ipv6);
        String to = address(ipv6);
        int protocol = data.pickValue(PROTOCOLS);
        byte[] payload;
        if (depth > 0 && data.consumeInt(0, 3) == 0) {
            payload = ip(depth - 1);
        } else if (depth > 0 && data.consumeInt(0, 7) == 0) {
            byte[] sealed = sealed();
            payload = Arrays.copyOfRange(sealed, sealed[0] >>> 4 == 6 ? 40 : 20, sealed.length);
        } else {
            payload = manyBytes();
        }
        if (ipv6) {
            for (int i = data.consumeInt(0, 3); i > 0; i--) {
                payload = extension(protocol, payload);
                protocol = data.pickValue(EXTENSIONS);
            }
        }
        byte[] packet = IpPackets.packet(from, to, protocol, payload);
        return data.consumeBoolean() ? IpPackets.withTtl(packet, data.consumeInt(0, 2)) : packet;
    }

    /** An extension header, or a fragment header, before a payload. */
    private byte[] extension(int next, byte[] payload) {
        byte[] header = Arrays.copyOf(data.consumeBytes(16), 8 * data.consumeInt(1, 2));
        header[0] = (byte) next;
        if (data.consumeInt(0, 7) != 0) {
            header[1] = (byte) (header.length / 8 - 1);
        }
        return ByteBuffer.allocate(header.length + payload.length).put(header).put(payload).array();
    }

    /** ESP with a right ICV around what may be wrong. */
    private byte[] sealed() {
        byte[] inner = inner();
        byte[] padded = // as for TFC
                data.consumeInt(0, 7) == 0 ? Arrays.copyOf(inner, inner.length + 100) : inner;
        byte[] payload =
                data.consumeInt(0, 3) == 0
                        ? data.consumeBytes(data.consumeInt(0, 64))
                        : EspPackets.payload(padded, nextHeader(inner));
        return barrage.sealAhead(data.consumeInt(-70, 70), payload);
    }

    private byte[] inner() {
        return switch (data.consumeInt(0, 4)) {
            case 0 -> bytes();
            case 1 -> TunnelGateway.inbound(data.consumeInt(28, LONGEST));
            case 2 -> errorAbout(TunnelGateway.outbound(data.consumeInt(28, LONGEST)));
            default -> ip(1);
        };
    }

    /** AH with a right ICV around what may be wrong, or with options, and a wrong one. */
    private byte[] authenticated() {
        byte[] inner = inner();
        int next = nextHeader(inner);
        byte[] packet = barrage.authenticateAhead(data.consumeInt(-70, 70), next, inner);
        return data.consumeBoolean() ? packet : withOptions(packet);
    }

    private byte[] withOptions(byte[] packet) {
        byte[] options = data.consumeBytes(40);
        int length = options.length & -4;
        ByteBuffer ip = ByteBuffer.allocate(packet.length + length);
        ip.put(packet, 0, 20).put(options, 0, length).put(packet, 20, packet.length - 20);
        ip.put(0, (byte) (0x45 + length / 4)).putShort(2, (short) ip.capacity());
        return IpPackets.withChecksum(ip.array());
    }

    private int nextHeader(byte[] inner) {
        boolean ipv6 = inner.length > 0 && inner[0] >>> 4 == 6;
        return data.consumeInt(0, 7) == 0 ? data.consumeInt(0, 255) : ipv6 ? 41 : 4;
    }

    /** A datagram for the port of ESP in UDP, with this ESP packet's ESP in it. */
    private byte[] datagram(byte[] packet) {
        byte[] esp = packet.length < 20 ? packet : Arrays.copyOfRange(packet, 20, packet.length);
        String from = data.consumeBoolean() ? TunnelGateway.PEER : address(false);
        int port = data.consumeBoolean() ? 4500 : data.consumeInt(0, 65_535);
        return IpPackets.udp(from, TunnelGateway.US, port, 4500, esp);
    }

    /** An ICMP error that quotes a packet, of its family and to its source. */
    private byte[] errorAbout(byte[] packet) {
        byte[] about = packet == null ? TunnelGateway.outbound(100) : packet;
        boolean ipv6 = about[0] >>> 4 == 6;
        byte[] quote = Arrays.copyOf(about, data.consumeInt(0, about.length));
        if (data.consumeInt(0, 3) == 0) {
            quote = mangled(quote);
        }
        int tooBig = ipv6 ? 0x200 : 0x304;
        int typeAndCode = data.consumeInt(0, 3) == 0 ? data.consumeInt(0, 0xffff) : tooBig;
        String to =
                data.consumeInt(0, 3) == 0
                        ? address(ipv6)
                        : ipv6 ? TunnelGateway.US6 : TunnelGateway.US;
        int mtu = data.consumeInt(-1, LONGEST);
        return IpPackets.icmp(address(ipv6), to, typeAndCode, mtu, quote);
    }

    /** The packet with a wrong byte, its end cut off, or both. */
    private byte[] mangled(byte[] packet) {
        if (packet.length == 0) {
            return packet;
        }
        byte[] wrong = packet;
        if (data.consumeBoolean()) {
            int at = data.consumeInt(0, Math.min(99, packet.length - 1));
            wrong = IpPackets.with(packet, at, data.consumeByte());
        }
        if (data.consumeBoolean()) {
            int length = data.consumeInt(0, wrong.length);
            wrong =
                    wrong[0] >>> 4 == 4 || wrong[0] >>> 4 == 6
                            ? Barrage.cut(wrong, length)
                            : Arrays.copyOf(wrong, length);
        }
        return hasIpv4Header(wrong) ? IpPackets.withChecksum(wrong) : wrong;
    }

    private static boolean hasIpv4Header(byte[] packet) {
        return packet.length >= 20
                && packet[0] >>> 4 == 4
                && (packet[0] & 15) >= 5
                && (packet[0] & 15) * 4 <= packet.length;
    }

    /** Fragments of a packet: some, or all, in any order, or those that no right sender makes. */
    private List<byte[]> fragments(byte[] packet) {
        if (packet.length < 60 || packet[0] != 0x45 && packet[0] != 0x60) {
            return List.of(packet);
        }
        int id = data.consumeInt(0, 1);
        List<byte[]> pieces =
                new ArrayList<>(IpFragments.cut(packet, 8 * data.consumeInt(1, 50), id));
        for (int i = data.consumeInt(0, 3); i > 0; i--) {
            int at = data.consumeInt(0, pieces.size() - 1);
            switch (data.consumeInt(0, 2)) {
                case 0 -> pieces.add(pieces.remove(at));
                case 1 -> pieces.set(at, odd(packet, id));
                default -> pieces.add(pieces.get(at));
            }
        }
        return pieces.subList(0, Math.min(pieces.size(), 40));
    }

    private byte[] odd(byte[] packet, int id) {
        int offset = 8 * data.consumeInt(0, 8191);
        return IpFragments.piece(packet, bytes(), offset, data.consumeBoolean(), id);
    }
}
