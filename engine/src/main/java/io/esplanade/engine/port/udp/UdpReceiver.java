package io.esplanade.engine.port.udp;

import static io.esplanade.ffi.linux.linux.EAGAIN;
import static io.esplanade.ffi.linux.linux.IPV6_HOPLIMIT;
import static io.esplanade.ffi.linux.linux.IPV6_TCLASS;
import static io.esplanade.ffi.linux.linux.IP_TOS;
import static io.esplanade.ffi.linux.linux.IP_TTL;
import static io.esplanade.ffi.linux.linux.SOL_IP;
import static io.esplanade.ffi.linux.linux.SOL_IPV6;
import static io.esplanade.ffi.linux.linux.SOL_SOCKET;
import static io.esplanade.ffi.linux.linux.SOL_UDP;
import static io.esplanade.ffi.linux.linux.SO_RXQ_OVFL;
import static io.esplanade.ffi.linux.linux.UDP_GRO;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.os.Region;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.ffi.linux.Syscalls;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Receives the datagrams of one queue, in runs where the kernel gives them so, and writes before
 * each the headers that it came with. What is not ESP goes to the IKE daemon, if there is one.
 */
final class UdpReceiver extends Padded implements RxQueue, AutoCloseable {

    private static final int MESSAGES = 32;
    private static final int MESSAGES_IN_RUNS = 2; // more would only leave the cache
    private static final int LONGEST = 0x1_0000;
    private static final int NON_ESP_MARKER = 0; // RFC 3948 §2.2

    /** How many looks in vain make one at what waits without a sign: errors. */
    private static final int LOOKS = 32;

    private final EspSocket[] sockets;
    private final int[] overflows; // what the kernel has lost, by socket
    private final MbufFiller filler;
    private final IkeSocket ike;
    private final boolean listensToIke;
    private final MessageHeaders headers = new MessageHeaders(MESSAGES, MESSAGES);
    private final Region region = Region.map((long) MESSAGES * LONGEST, "received by UDP");
    private final PathErrors errors = new PathErrors();
    private int turn; // which socket is asked next
    private int vain;
    private long lost;

    // What was received and not yet taken.
    private EspSocket socket;
    private int asked; // its number
    private int messages;
    private int message;
    private long at; // of the next datagram of the message
    private int left; // bytes of message from there
    private int size; // of each datagram but the last
    private int offered = MESSAGES;

    // The headers of the message, but for lengths.
    private int trafficClass;
    private int ttl;
    private long sourceHigh;
    private long sourceLow;
    private int sourcePort;

    UdpReceiver(EspSocket[] sockets, MbufFiller filler, IkeSocket ike, boolean listensToIke) {
        this.sockets = sockets;
        this.overflows = new int[sockets.length];
        this.filler = filler;
        this.ike = ike;
        this.listensToIke = listensToIke;
        for (int i = 0; i < MESSAGES; i++) {
            headers.vector(i, region.address() + (long) i * LONGEST, LONGEST);
            headers.vectors(i, i, 1);
        }
    }

    @Override
    public int receive(Burst burst, int max) {
        int received = 0;
        while (received < max && hasNext()) {
            if (isIke()) {
                giveToIke();
                continue;
            }
            long mbuf = next();
            if (mbuf == Mbuf.NULL) {
                return received;
            }
            burst.add(mbuf);
            received++;
        }
        return received > 0 ? received : lookElsewhere(burst);
    }

    /** Whether there is a datagram at hand, or can be received. */
    private boolean hasNext() {
        while (left <= 0) {
            if (message + 1 >= messages) {
                if (!receive()) {
                    return false;
                }
            } else {
                message++;
            }
            begin();
        }
        return true;
    }

    /** Receives from the sockets in turn; false if none has any. */
    private boolean receive() {
        messages = 0;
        for (int i = 0; i < sockets.length; i++) {
            asked = turn;
            socket = sockets[asked];
            turn = turn + 1 == sockets.length ? 0 : turn + 1;
            for (int each = 0; each < offered; each++) {
                headers.offer(each);
            }
            int n =
                    Syscalls.recvmmsg(
                            socket.fd(), headers.segment(), offered, 0, MemorySegment.NULL);
            if (n > 0) {
                offered = MESSAGES;
                messages = n;
                message = 0;
                return true;
            }
            if (n != -EAGAIN()) {
                socket.troubled(true);
            }
        }
        return false;
    }

    /** Reads what the kernel says of the message. */
    private void begin() {
        at = region.address() + (long) message * LONGEST;
        left = headers.received(message);
        size = left;
        trafficClass = 0;
        ttl = 0;
        boolean ipv6 = socket.isIpv6();
        long control = headers.firstControl(message);
        for (; control != 0; control = headers.nextControl(message, control)) {
            long data = MessageHeaders.controlData(control);
            if (MessageHeaders.isControl(control, SOL_UDP(), UDP_GRO())) {
                size = Mem.getInt(data);
                offered = MESSAGES_IN_RUNS;
            } else if (MessageHeaders.isControl(control, SOL_SOCKET(), SO_RXQ_OVFL())) {
                noteOverflow(Mem.getInt(data));
            } else if (ipv6) {
                if (MessageHeaders.isControl(control, SOL_IPV6(), IPV6_TCLASS())) {
                    trafficClass = Mem.getInt(data);
                } else if (MessageHeaders.isControl(control, SOL_IPV6(), IPV6_HOPLIMIT())) {
                    ttl = Mem.getInt(data);
                }
            } else if (MessageHeaders.isControl(control, SOL_IP(), IP_TOS())) {
                trafficClass = Mem.getUnsignedByte(data);
            } else if (MessageHeaders.isControl(control, SOL_IP(), IP_TTL())) {
                ttl = Mem.getInt(data);
            }
        }
        size = size <= 0 ? left : size;
        long name = headers.name(message);
        sourcePort = Mem.getShortBE(name + 2);
        sourceHigh = ipv6 ? Mem.getLongBE(name + 8) : 0;
        sourceLow =
                ipv6 ? Mem.getLongBE(name + 16) : Integer.toUnsignedLong(Mem.getIntBE(name + 4));
        if (left == 0) { // an empty datagram: nobody's
            lost++;
        }
    }

    private void noteOverflow(int total) {
        lost += total - overflows[asked];
        overflows[asked] = total;
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

    /** The next datagram in an mbuf; {@link Mbuf#NULL} if there is none: then again, later. */
    private long next() {
        int bytes = Math.min(size, left);
        int before = headerLength();
        int copied = Math.min(before + bytes, filler.longest());
        long mbuf = filler.empty(copied);
        if (mbuf == Mbuf.NULL) {
            return mbuf;
        }
        long ip = Mbuf.data(mbuf);
        writeHeaders(ip, bytes);
        Mem.copy(at, ip + before, copied - before);
        skip(bytes);
        return mbuf;
    }

    private void skip(int bytes) {
        at += bytes;
        left -= bytes;
    }

    private void writeHeaders(long ip, int payload) {
        int length = payload + Udp.HEADER_LENGTH;
        int start;
        if (socket.isIpv6()) {
            start = Ipv6.HEADER_LENGTH;
            Mem.putIntBE(ip, 6 << 28 | trafficClass << 20);
            Mem.putIntBE(ip + 4, length << 16 | IpProtocol.UDP << 8 | ttl);
            Mem.putLongBE(ip + 8, sourceHigh);
            Mem.putLongBE(ip + 16, sourceLow);
            Mem.putLongBE(ip + 24, socket.high());
            Mem.putLongBE(ip + 32, socket.low());
        } else {
            start = Ipv4.HEADER_LENGTH;
            Mem.putIntBE(ip, 0x45 << 24 | trafficClass << 16 | start + length);
            Mem.putIntBE(ip + 4, 0x4000); // ID 0, DF
            Mem.putIntBE(ip + 8, ttl << 24 | IpProtocol.UDP << 16);
            Mem.putIntBE(ip + 12, (int) sourceLow);
            Mem.putIntBE(ip + 16, (int) socket.low());
            Ipv4.updateChecksum(ip);
        }
        Udp.write(ip + start, sourcePort, socket.port(), length);
    }

    private void giveToIke() {
        int bytes = Math.min(size, left);
        int before = headerLength();
        long packet = errors.scratch();
        writeHeaders(packet, bytes);
        Mem.copy(at, packet + before, bytes);
        if (!ike.give(errors.scratchSegment(), before + bytes)) {
            lost++;
        }
        skip(bytes);
    }

    /** When no datagram came: sends what the IKE daemon has, and tells of paths' errors. */
    private int lookElsewhere(Burst burst) {
        if (listensToIke) {
            while (ike.forward(sockets)) {
                vain = 0;
            }
            lost += ike.takeRefused();
        }
        boolean look = ++vain % LOOKS == 0;
        int told = 0;
        for (EspSocket each : sockets) {
            if ((look || each.troubled()) && burst.room() > 0) {
                each.troubled(false);
                long mbuf = errors.take(each, filler);
                if (mbuf != Mbuf.NULL) {
                    each.troubled(true); // there may be more
                    burst.add(mbuf);
                    told++;
                }
            }
        }
        return told;
    }

    @Override
    public int[] descriptors() {
        IntStream all = Arrays.stream(sockets).mapToInt(EspSocket::fd);
        return (listensToIke ? IntStream.concat(all, IntStream.of(ike.fd())) : all).toArray();
    }

    @Override
    public long starved() {
        return filler.starved();
    }

    /** Datagrams that found no room in the kernel, and IKE for which there was no daemon. */
    @Override
    public long takeLost() {
        long taken = lost;
        lost = 0;
        return taken;
    }

    @Override
    public void close() {
        headers.close();
        region.close();
        errors.close();
    }
}
