package io.esplanade.engine.testing;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** IP packets for tests, built byte by byte from the RFCs and with nothing of the engine's. */
public final class IpPackets {

    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMPV6 = 58;
    public static final int ESP = 50;
    public static final int AH = 51;
    public static final int IPV6_FRAGMENT = 44;

    private static final int ECHO_ID = 0x4553;

    private IpPackets() {}

    /** A UDP datagram in an IPv4 or IPv6 packet, as the addresses are, with right checksums. */
    public static byte[] udp(String source, String destination, int from, int to, byte[] data) {
        ByteBuffer udp = ByteBuffer.allocate(8 + data.length);
        udp.putShort((short) from).putShort((short) to).putShort((short) udp.capacity());
        udp.putShort((short) 0).put(data);
        InetAddress a = InetAddress.ofLiteral(source);
        InetAddress b = InetAddress.ofLiteral(destination);
        long pseudo = sum(a.getAddress()) + sum(b.getAddress()) + UDP + udp.capacity();
        int checksum = complement(pseudo + sum(udp.array()));
        udp.putShort(6, (short) (checksum == 0 ? 0xffff : checksum));
        return packet(source, destination, UDP, udp.array());
    }

    /** A UDP datagram so long that its packet has {@code length} bytes. */
    public static byte[] udp(String source, String destination, int length) {
        int headers = 8 + (InetAddress.ofLiteral(source) instanceof Inet4Address ? 20 : 40);
        byte[] data = new byte[length - headers];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i * 31 + length);
        }
        return udp(source, destination, 1024, 7, data);
    }

    /** An ICMP or ICMPv6 echo request, as the addresses are. */
    public static byte[] echoRequest(String source, String destination, int sequence, byte[] data) {
        boolean ipv4 = InetAddress.ofLiteral(source) instanceof Inet4Address;
        ByteBuffer icmp = ByteBuffer.allocate(8 + data.length);
        icmp.put((byte) (ipv4 ? 8 : 128)).put((byte) 0).putShort((short) 0);
        icmp.putShort((short) ECHO_ID).putShort((short) sequence).put(data);
        return withIcmpChecksum(packet(source, destination, ipv4 ? ICMP : ICMPV6, icmp.array()));
    }

    /** What a host answers to an echo request. */
    public static byte[] echoReply(byte[] request) {
        byte[] reply = request.clone();
        boolean ipv4 = reply[0] >>> 4 == 4;
        int addresses = ipv4 ? 12 : 8;
        int length = ipv4 ? 4 : 16;
        System.arraycopy(request, addresses, reply, addresses + length, length);
        System.arraycopy(request, addresses + length, reply, addresses, length);
        reply[ipv4 ? 20 : 40] = (byte) (ipv4 ? 0 : 129);
        return withIcmpChecksum(withTtl(reply, 64));
    }

    /** The same ICMP or ICMPv6 packet, which has no options, with its checksum made right. */
    public static byte[] withIcmpChecksum(byte[] packet) {
        ByteBuffer copy = ByteBuffer.wrap(packet.clone());
        boolean ipv4 = packet[0] >>> 4 == 4;
        int icmp = ipv4 ? 20 : 40;
        copy.putShort(icmp + 2, (short) 0);
        byte[] message = Arrays.copyOfRange(copy.array(), icmp, packet.length);
        long pseudo = sum(Arrays.copyOfRange(packet, 8, 40)) + ICMPV6 + message.length;
        copy.putShort(icmp + 2, (short) complement((ipv4 ? 0 : pseudo) + sum(message)));
        return copy.array();
    }

    /** A TCP segment without data, whose options are filled up to words, with right checksums. */
    public static byte[] tcp(String source, String destination, int flags, byte[] options) {
        ByteBuffer tcp = ByteBuffer.allocate(20 + (options.length + 3 & -4));
        tcp.putShort((short) 1024).putShort((short) 80).putInt(1).putInt(0);
        tcp.put((byte) (tcp.capacity() / 4 << 4)).put((byte) flags).putShort((short) 1000);
        tcp.putInt(0).put(options);
        byte[] a = InetAddress.ofLiteral(source).getAddress();
        byte[] b = InetAddress.ofLiteral(destination).getAddress();
        long pseudo = sum(a) + sum(b) + TCP + tcp.capacity();
        tcp.putShort(16, (short) complement(pseudo + sum(tcp.array())));
        return packet(source, destination, TCP, tcp.array());
    }

    /** An ICMP or ICMPv6 message, as the addresses are, with right checksums. */
    public static byte[] icmp(
            String source, String destination, int typeAndCode, int word, byte[] data) {
        ByteBuffer icmp = ByteBuffer.allocate(8 + data.length);
        icmp.putShort((short) typeAndCode).putShort((short) 0).putInt(word).put(data);
        byte[] a = InetAddress.ofLiteral(source).getAddress();
        byte[] b = InetAddress.ofLiteral(destination).getAddress();
        boolean ipv4 = a.length == 4;
        long pseudo = ipv4 ? 0 : sum(a) + sum(b) + ICMPV6 + icmp.capacity();
        icmp.putShort(2, (short) complement(pseudo + sum(icmp.array())));
        return packet(source, destination, ipv4 ? ICMP : ICMPV6, icmp.array());
    }

    /** An IPv4 or IPv6 packet, as the addresses are, with a TTL of 64. */
    public static byte[] packet(String source, String destination, int protocol, byte[] payload) {
        InetAddress a = InetAddress.ofLiteral(source);
        InetAddress b = InetAddress.ofLiteral(destination);
        if (a instanceof Inet4Address) {
            ByteBuffer ip = ByteBuffer.allocate(20 + payload.length);
            ip.put((byte) 0x45).put((byte) 0).putShort((short) ip.capacity()).putInt(0);
            ip.put((byte) 64).put((byte) protocol).putShort((short) 0);
            ip.put(a.getAddress()).put(b.getAddress()).put(payload);
            return withChecksum(ip.array());
        }
        ByteBuffer ip = ByteBuffer.allocate(40 + payload.length);
        ip.putInt(0x6000_0000).putShort((short) payload.length);
        ip.put((byte) protocol).put((byte) 64);
        return ip.put(a.getAddress()).put(b.getAddress()).put(payload).array();
    }

    /** The same IPv4 packet with its header checksum made right. */
    public static byte[] withChecksum(byte[] packet) {
        byte[] copy = packet.clone();
        copy[10] = 0;
        copy[11] = 0;
        int length = (copy[0] & 15) * 4;
        long sum = 0;
        for (int i = 0; i < length; i += 2) {
            sum += (copy[i] & 0xff) << 8 | copy[i + 1] & 0xff;
        }
        ByteBuffer.wrap(copy).putShort(10, (short) complement(sum));
        return copy;
    }

    /** The same packet with another byte at {@code index}. */
    public static byte[] with(byte[] packet, int index, int value) {
        byte[] copy = packet.clone();
        copy[index] = (byte) value;
        return copy;
    }

    /** The same packet with another TTL or hop limit, its checksum right. */
    public static byte[] withTtl(byte[] packet, int ttl) {
        return packet[0] >>> 4 == 4 ? withChecksum(with(packet, 8, ttl)) : with(packet, 7, ttl);
    }

    /** The same IPv4 packet with another identification; an IPv6 packet as it is. */
    public static byte[] withId(byte[] packet, int id) {
        return packet[0] >>> 4 == 6 ? packet : withChecksum(with(with(packet, 4, id >>> 8), 5, id));
    }

    /** The packet in an Ethernet frame of the EtherType that its version asks for. */
    public static byte[] frame(long destination, long source, byte[] packet) {
        ByteBuffer frame = ByteBuffer.allocate(14 + packet.length);
        frame.putLong(destination << 16 | source >>> 32).putInt((int) source);
        frame.putShort((short) (packet[0] >>> 4 == 6 ? 0x86dd : 0x0800));
        return frame.put(packet).array();
    }

    private static long sum(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (long) (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    private static int complement(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) ~folded & 0xffff;
    }
}
