package io.esplanade.engine.control;

import io.esplanade.engine.ipsec.PeerAddress;
import io.esplanade.engine.net.IpProtocol;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Packets of the gateway's own, made on the heap: few and small. */
final class Datagram {

    private static final int TTL = 64;
    private static final int DF = 0x4000;

    private Datagram() {}

    /** A UDP datagram; the checksum is 0 over IPv4 (RFC 3948 §2.3). */
    static byte[] udp(InetAddress source, int sourcePort, PeerAddress to, byte... payload) {
        ByteBuffer udp = ByteBuffer.allocate(8 + payload.length);
        udp.putShort((short) sourcePort).putShort((short) to.port());
        udp.putShort((short) udp.capacity()).putShort((short) 0).put(payload);
        if (!(source instanceof Inet4Address)) {
            long pseudo = sum(source.getAddress()) + sum(to.address().getAddress());
            int checksum = checksum(pseudo + IpProtocol.UDP + udp.capacity() + sum(udp.array()));
            udp.putShort(6, (short) (checksum == 0 ? 0xffff : checksum));
        }
        return packet(source, to.address(), IpProtocol.UDP, udp.array());
    }

    /** An IP packet with DF set. */
    static byte[] packet(
            InetAddress source, InetAddress destination, int protocol, byte[] payload) {
        byte[] from = source.getAddress();
        byte[] to = destination.getAddress();
        if (source instanceof Inet4Address) {
            ByteBuffer ip = ByteBuffer.allocate(20 + payload.length);
            ip.putShort((short) 0x4500).putShort((short) ip.capacity()).putInt(DF);
            ip.put((byte) TTL).put((byte) protocol).putShort((short) 0).put(from).put(to);
            ip.putShort(10, (short) checksum(sum(ip.array())));
            return ip.put(payload).array();
        }
        ByteBuffer ip = ByteBuffer.allocate(40 + payload.length);
        ip.putInt(0x6000_0000).putShort((short) payload.length);
        return ip.put((byte) protocol).put((byte) TTL).put(from).put(to).put(payload).array();
    }

    private static long sum(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (long) (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    /** The Internet checksum that complements a sum of 16-bit words. */
    static int checksum(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) ~folded & 0xffff;
    }
}
