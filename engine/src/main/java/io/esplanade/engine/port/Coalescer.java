package io.esplanade.engine.port;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Checksum;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Tcp;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;

/**
 * Makes super-packets of packets, the reverse of {@link Splitter}: runs of TCP segments or UDP
 * datagrams of one flow that differ in nothing but what splitting would write anew. Their checksums
 * are verified, since that of a super-packet is not looked at.
 *
 * <p>Some flows are gathered side by side; packets of a flow stay in order. What cannot be in a run
 * passes at once, behind what its flow has gathered, or all flows where it does not say which is
 * its own. One thread.
 */
public final class Coalescer extends Padded {

    /** The most packets in a run. */
    static final int MOST = 64;

    private static final int FLOWS = 8;
    private static final int LONGEST = 65_535;
    private static final int ID_AND_FRAGMENT = 4; // in an IPv4 header
    private static final int DF = 0x4000;
    private static final int SEQUENCE = 4; // in a TCP header
    private static final int ACKNOWLEDGED = 8;
    private static final int FLAGS = 13;
    private static final int PSH = 0x08;
    private static final int ACK = 0x10;

    /** Takes what has been gathered. */
    public interface Sink {

        /**
         * Takes a run of packets, which are its own from then on. The {@link VnetHeader} that goes
         * before them is written.
         *
         * @param run the first with headers for all
         * @param headers bytes of headers in each of the others, to be left out
         */
        void take(Burst run, int headers);
    }

    private final Sink sink;
    private final long vnet;
    private final int link;
    private final boolean tcp;
    private final boolean udp;
    private final Run[] runs = new Run[FLOWS];
    private final Burst alone = new Burst(1);
    private int turn; // whose run gives way to another flow's

    // Of the packet at hand.
    private long ip;
    private long transport;
    private int protocol;
    private int headers;
    private int payload;
    private boolean ipv6;

    /** What one flow has gathered. */
    private static final class Run extends Padded {
        final Burst mbufs = new Burst(MOST);
        long ip; // of the first
        long transport;
        int protocol;
        int headers;
        int size; // of the first one's payload
        int total; // bytes of super-packet
        int sequence; // of the segment that would be next
        int id;
        boolean full; // nothing goes behind the last
    }

    /**
     * @param vnet room for a {@link VnetHeader}, outside the heap
     * @param link bytes of link-layer header before the IP header: 0, or Ethernet's
     * @param tcp whether who takes super-packets takes those of TCP
     * @param udp whether those of UDP
     */
    public Coalescer(Sink sink, long vnet, int link, boolean tcp, boolean udp) {
        this.sink = sink;
        this.vnet = vnet;
        this.link = link;
        this.tcp = tcp;
        this.udp = udp;
        for (int i = 0; i < FLOWS; i++) {
            runs[i] = new Run();
        }
    }

    /** Takes a packet: it is gathered, or given away. */
    public void add(long mbuf) {
        ip = Mbuf.data(mbuf) + link;
        if (!hasFlow(Mbuf.length(mbuf) - link)) {
            finish(); // it may be of any flow: a fragment does not say
            giveAlone(mbuf);
            return;
        }
        Run run = find();
        boolean sound = isSound();
        if (run != null) {
            if (sound && goesBehind(run)) {
                append(run, mbuf);
                return;
            }
            give(run);
        }
        if (sound) {
            begin(run == null ? vacant() : run, mbuf);
        } else {
            giveAlone(mbuf);
        }
    }

    /** Gives away all that was gathered. */
    public void finish() {
        for (Run run : runs) {
            if (!run.mbufs.isEmpty()) {
                give(run);
            }
        }
    }

    /** Looks whether the packet shows its ports, and notes where things are in it. */
    private boolean hasFlow(int length) {
        ipv6 = Ipv4.version(ip) == 6;
        int start = ipv6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        if (length < start + Udp.HEADER_LENGTH || !isIp()) {
            return false;
        }
        protocol = ipv6 ? Ipv6.nextHeader(ip) : Ipv4.protocol(ip);
        transport = ip + start;
        boolean wanted = protocol == IpProtocol.TCP ? tcp : protocol == IpProtocol.UDP && udp;
        if (!wanted || !ipv6 && (Ipv4.headerLength(ip) != start || Ipv4.isFragment(ip))) {
            return false;
        }
        if (protocol == IpProtocol.TCP) {
            if (length < start + Tcp.HEADER_LENGTH) {
                return false;
            }
            headers = start + Tcp.headerLength(transport);
        } else {
            headers = start + Udp.HEADER_LENGTH;
        }
        payload = length - headers;
        return payload >= 0 && length == (ipv6 ? Ipv6.totalLength(ip) : Ipv4.totalLength(ip));
    }

    private boolean isIp() {
        return link == 0 || Ethernet.type(ip - link) == (ipv6 ? Ethernet.IPV6 : Ethernet.IPV4);
    }

    private Run find() {
        for (Run run : runs) {
            if (!run.mbufs.isEmpty() && isSameFlow(run)) {
                return run;
            }
        }
        return null;
    }

    private boolean isSameFlow(Run run) {
        if (run.protocol != protocol
                || Mem.getInt(run.transport) != Mem.getInt(transport) // ports
                || Ipv4.version(run.ip) != Ipv4.version(ip)) {
            return false;
        }
        return ipv6
                ? Mem.equal(run.ip + 8, ip + 8, 32)
                : Mem.getLong(run.ip + 12) == Mem.getLong(ip + 12);
    }

    /** Whether the packet could be in a run at all: it says only what any data says. */
    private boolean isSound() {
        if (payload == 0) {
            return false;
        }
        if (protocol == IpProtocol.TCP) {
            int flags = Mem.getUnsignedByte(transport + FLAGS);
            int reserved = Mem.getUnsignedByte(transport + FLAGS - 1) & 15;
            if ((flags & ~PSH) != ACK || reserved != 0) {
                return false;
            }
        } else if (Udp.checksum(transport) == 0 || Udp.length(transport) != 8 + payload) {
            return false;
        }
        int segment = (int) (ip + headers + payload - transport);
        return Checksum.add(pseudo(segment), Checksum.sum(transport, segment)) == 0xffff;
    }

    private int pseudo(int segment) {
        return ipv6
                ? Checksum.pseudoIpv6(ip, protocol, segment)
                : Checksum.pseudoIpv4(ip, protocol, segment);
    }

    private boolean goesBehind(Run run) {
        return !run.full
                && payload <= run.size
                && headers == run.headers
                && run.mbufs.room() > 0
                && run.total + payload <= LONGEST
                && (link == 0 || Mem.equal(run.ip - link, ip - link, link))
                && hasSameNetworkHeader(run)
                && (protocol == IpProtocol.UDP || hasSameTcpHeader(run));
    }

    private boolean hasSameNetworkHeader(Run run) {
        if (ipv6) {
            return Mem.getInt(run.ip) == Mem.getInt(ip) // traffic class, flow label
                    && Mem.getShort(run.ip + 6) == Mem.getShort(ip + 6); // hop limit
        }
        int fragment = Mem.getIntBE(ip + ID_AND_FRAGMENT);
        return Mem.getShort(run.ip) == Mem.getShort(ip) // DSCP, ECN
                && Mem.getShort(run.ip + 8) == Mem.getShort(ip + 8) // TTL
                && (fragment & 0xffff) == Mem.getShortBE(run.ip + ID_AND_FRAGMENT + 2)
                // The ID of what cannot be fragmented means nothing (RFC 6864 §4.1).
                && ((fragment & DF) != 0 || fragment >>> 16 == run.id);
    }

    private boolean hasSameTcpHeader(Run run) {
        int options = headers - (int) (transport - ip) - Tcp.HEADER_LENGTH;
        long tail = transport + FLAGS + 1; // window, checksum, urgent pointer
        long runTail = run.transport + FLAGS + 1;
        return Mem.getIntBE(transport + SEQUENCE) == run.sequence
                && Mem.getInt(run.transport + ACKNOWLEDGED) == Mem.getInt(transport + ACKNOWLEDGED)
                && Mem.getShort(runTail) == Mem.getShort(tail)
                && Mem.getShort(runTail + 4) == Mem.getShort(tail + 4)
                && (options == 0
                        || Mem.equal(
                                run.transport + Tcp.HEADER_LENGTH,
                                transport + Tcp.HEADER_LENGTH,
                                options));
    }

    private Run vacant() {
        for (Run run : runs) {
            if (run.mbufs.isEmpty()) {
                return run;
            }
        }
        turn = turn + 1 == FLOWS ? 0 : turn + 1;
        give(runs[turn]);
        return runs[turn];
    }

    private void begin(Run run, long mbuf) {
        run.ip = ip;
        run.transport = transport;
        run.protocol = protocol;
        run.headers = headers;
        run.size = payload;
        run.total = headers;
        run.full = false;
        append(run, mbuf);
    }

    private void append(Run run, long mbuf) {
        run.mbufs.add(mbuf);
        run.total += payload;
        run.full = payload < run.size;
        if (protocol == IpProtocol.TCP) {
            run.sequence = Mem.getIntBE(transport + SEQUENCE) + payload;
            int pushed = Mem.getUnsignedByte(transport + FLAGS) & PSH;
            if (pushed != 0) { // its sender wants it to go on; splitting gives it to the last
                run.full = true;
                long flags = run.transport + FLAGS;
                Mem.putByte(flags, Mem.getUnsignedByte(flags) | pushed);
            }
        }
        run.id = Ipv4.id(ip) + 1 & 0xffff;
    }

    private void giveAlone(long mbuf) {
        alone.clear();
        alone.add(mbuf);
        VnetHeader.writeOrdinary(vnet);
        sink.take(alone, 0);
    }

    private void give(Run run) {
        if (run.mbufs.count() == 1) {
            VnetHeader.writeOrdinary(vnet);
        } else {
            writeHeaders(run);
        }
        sink.take(run.mbufs, link + run.headers);
        run.mbufs.clear();
    }

    private void writeHeaders(Run run) {
        boolean runIpv6 = Ipv4.version(run.ip) == 6;
        int start = (int) (run.transport - run.ip);
        int segment = run.total - start;
        int pseudo;
        if (runIpv6) {
            Ipv6.payloadLength(run.ip, run.total - Ipv6.HEADER_LENGTH);
            pseudo = Checksum.pseudoIpv6(run.ip, run.protocol, segment);
        } else {
            Ipv4.totalLength(run.ip, run.total);
            Ipv4.updateChecksum(run.ip);
            pseudo = Checksum.pseudoIpv4(run.ip, run.protocol, segment);
        }
        boolean isTcp = run.protocol == IpProtocol.TCP;
        int checksum = isTcp ? Tcp.CHECKSUM : Udp.CHECKSUM;
        if (!isTcp) {
            Mem.putShortBE(run.transport + 4, segment);
        }
        Mem.putShortBE(run.transport + checksum, pseudo);
        int type = isTcp ? runIpv6 ? VnetHeader.TCP_IPV6 : VnetHeader.TCP_IPV4 : VnetHeader.UDP;
        VnetHeader.write(vnet, type, link + run.headers, run.size, link + start, checksum);
    }
}
