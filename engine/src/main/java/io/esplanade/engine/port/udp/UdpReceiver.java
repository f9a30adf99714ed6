package io.esplanade.engine.port.udp;

import static io.esplanade.ffi.linux.linux.SOL_UDP;
import static io.esplanade.ffi.linux.linux.UDP_GRO;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.MessageHeaders;
import io.esplanade.engine.port.SocketReceiver;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Receives the datagrams of one queue, in runs where the kernel gives them so, and writes before
 * each the headers that it came with. What is not ESP goes to the IKE daemon, if there is one.
 */
final class UdpReceiver extends SocketReceiver<EspSocket> {

    private static final int MESSAGES_IN_RUNS = 2; // more would only leave the cache
    private static final int NON_ESP_MARKER = 0; // RFC 3948 §2.2

    private final EspSocket[] sockets;
    private final IkeSocket ike;
    private final boolean listensToIke;
    private long at; // of the next datagram of the message
    private int left; // bytes of message from there
    private int size; // of each datagram but the last

    UdpReceiver(EspSocket[] sockets, MbufFiller filler, IkeSocket ike, boolean listensToIke) {
        super(sockets, filler);
        this.sockets = sockets;
        this.ike = ike;
        this.listensToIke = listensToIke;
    }

    @Override
    protected void control(long control) {
        if (MessageHeaders.isControl(control, SOL_UDP(), UDP_GRO())) {
            size = Mem.getInt(MessageHeaders.controlData(control));
            offer(MESSAGES_IN_RUNS);
        }
    }

    @Override
    protected void begin() {
        at = message;
        left = length;
        size = size <= 0 ? left : size;
        if (left == 0) { // an empty datagram: nobody's
            lose(1);
        }
    }

    @Override
    protected boolean more() {
        while (left > 0 && isIke()) {
            giveToIke();
        }
        if (left <= 0) {
            size = 0; // of the next message, unless that says
        }
        return left > 0;
    }

    private boolean isIke() {
        return ike != null
                && left >= Integer.BYTES
                && size >= Integer.BYTES
                && Mem.getInt(at) == NON_ESP_MARKER;
    }

    private int headerLength() {
        return (socket.isIpv6() ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH) + Udp.HEADER_LENGTH;
    }

    @Override
    protected long next() {
        int bytes = Math.min(size, left);
        int before = headerLength();
        writeHeaders(at - before, bytes);
        long mbuf = filler.fill(at - before, before + bytes, 0);
        if (mbuf != Mbuf.NULL) {
            skip(bytes);
        }
        return mbuf;
    }

    private void skip(int bytes) {
        at += bytes;
        left -= bytes;
    }

    private void writeHeaders(long ip, int payload) {
        int datagram = payload + Udp.HEADER_LENGTH;
        int start;
        if (socket.isIpv6()) {
            start = Ipv6.HEADER_LENGTH;
            Mem.putIntBE(ip, 6 << 28 | trafficClass << 20);
            Mem.putIntBE(ip + 4, datagram << 16 | IpProtocol.UDP << 8 | ttl);
            Mem.putLongBE(ip + 8, sourceHigh);
            Mem.putLongBE(ip + 16, sourceLow);
            Mem.putLongBE(ip + 24, socket.high());
            Mem.putLongBE(ip + 32, socket.low());
        } else {
            start = Ipv4.HEADER_LENGTH;
            Mem.putIntBE(ip, 0x45 << 24 | trafficClass << 16 | start + datagram);
            Mem.putIntBE(ip + 4, 0x4000); // ID 0, DF
            Mem.putIntBE(ip + 8, ttl << 24 | IpProtocol.UDP << 16);
            Mem.putIntBE(ip + 12, (int) sourceLow);
            Mem.putIntBE(ip + 16, (int) socket.low());
            Ipv4.updateChecksum(ip);
        }
        Udp.write(ip + start, sourcePort, socket.port(), datagram);
    }

    private void giveToIke() {
        int bytes = Math.min(size, left);
        int before = headerLength();
        writeHeaders(at - before, bytes);
        if (!ike.give(Mem.segment(at - before, before + bytes), before + bytes)) {
            lose(1);
        }
        skip(bytes);
    }

    /** Sends what the IKE daemon has. */
    @Override
    protected void idle() {
        if (listensToIke) {
            boolean more = true;
            while (more) {
                more = ike.forward(sockets);
            }
            lose(ike.takeRefused());
        }
    }

    @Override
    public int[] descriptors() {
        IntStream all = Arrays.stream(super.descriptors());
        return (listensToIke ? IntStream.concat(all, IntStream.of(ike.fd())) : all).toArray();
    }
}
