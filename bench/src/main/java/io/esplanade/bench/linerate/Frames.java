package io.esplanade.bench.linerate;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;

import java.net.Inet4Address;
import java.nio.ByteBuffer;

/**
 * The frames that a tester sends, and knows again: UDP in IPv4, of many flows in turn, each with
 * the tester's mark, its number, and when it was due.
 *
 * @param gateway MAC of who is to forward them
 * @param own MAC of the port they leave by
 */
record Frames(long gateway, long own, Inet4Address from, Inet4Address to, int flows) {

    /** The port that all flows go to: discard. */
    private static final int PORT = 9;

    private static final int FIRST_SOURCE_PORT = 0xc000;
    private static final long MARK = 0x4573_706c_616e_6164L; // "Esplanad"
    private static final int TTL = 64;

    private static final int IP = Ethernet.HEADER_LENGTH;
    private static final int UDP = IP + Ipv4.HEADER_LENGTH;
    private static final int PAYLOAD = UDP + Udp.HEADER_LENGTH;
    private static final int NUMBER = PAYLOAD + Long.BYTES;
    private static final int DUE = NUMBER + Long.BYTES;

    /** What a frame needs at least, Ethernet header and all. */
    private static final int SHORTEST = DUE + Long.BYTES;

    /**
     * Makes {@code mbuf}, which is empty, packet {@code number} of a trial.
     *
     * @param length bytes of IP packet
     * @param due when it is to be sent, ns
     */
    void write(long mbuf, long number, int length, long due) {
        long frame = Mbuf.data(mbuf);
        Ethernet.write(frame, gateway, own, Ethernet.IPV4);
        long ip = frame + IP;
        Mem.putLongBE(ip, 0x4500_0000_0000_4000L | (long) length << 32); // DF
        Mem.putLongBE(ip + 8, (long) TTL << 56 | (long) IpProtocol.UDP << 48 | word(from));
        Mem.putIntBE(ip + 16, (int) word(to));
        Ipv4.updateChecksum(ip);
        int flow = flow(number);
        Udp.write(frame + UDP, FIRST_SOURCE_PORT + flow, PORT, length - Ipv4.HEADER_LENGTH);
        Mem.putLongBE(frame + PAYLOAD, MARK);
        Mem.putLongBE(frame + NUMBER, number);
        Mem.putLongBE(frame + DUE, due);
        Mbuf.length(mbuf, IP + length);
    }

    /** Whether the frame in {@code mbuf} is one of a tester's. */
    static boolean isOurs(long mbuf) {
        return Mbuf.length(mbuf) >= SHORTEST && Mem.getLongBE(Mbuf.data(mbuf) + PAYLOAD) == MARK;
    }

    static long number(long mbuf) {
        return Mem.getLongBE(Mbuf.data(mbuf) + NUMBER);
    }

    static long due(long mbuf) {
        return Mem.getLongBE(Mbuf.data(mbuf) + DUE);
    }

    int flow(long number) {
        return (int) (number % flows);
    }

    private static long word(Inet4Address address) {
        return Integer.toUnsignedLong(ByteBuffer.wrap(address.getAddress()).getInt());
    }
}
