package io.esplanade.engine.ip;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Checksum;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Tcp;
import io.esplanade.engine.os.Mem;

/** The maximum segment size that a TCP SYN tells (RFC 9293 §3.7.1), and how it is lowered. */
public final class Mss {

    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;
    private static final int MAXIMUM_SEGMENT_SIZE = 2;
    private static final int OPTION_LENGTH = 4;

    private Mss() {}

    /** Whether the packet is a SYN, with an acknowledgement or without. */
    public static boolean isSyn(long mbuf) {
        if (Mbuf.protocol(mbuf) != IpProtocol.TCP || Mbuf.has(mbuf, Mbuf.LATER_FRAGMENT)) {
            return false;
        }
        int at = Mbuf.l4Offset(mbuf);
        return Mbuf.length(mbuf) >= at + Tcp.HEADER_LENGTH && Tcp.isSyn(Mbuf.data(mbuf) + at);
    }

    /** The segment size for packets of up to {@code mtu} bytes (RFC 6691 §2). */
    public static int of(int mtu, boolean ipv6) {
        return mtu - (ipv6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH) - Tcp.HEADER_LENGTH;
    }

    /**
     * Lowers the size that a {@linkplain #isSyn SYN} tells to {@code most}, and corrects the
     * checksum for it; one that tells none, or less, stays.
     *
     * @return whether it was lowered
     */
    public static boolean clamp(long mbuf, int most) {
        long tcp = Mbuf.data(mbuf) + Mbuf.l4Offset(mbuf);
        int end = Math.min(Tcp.headerLength(tcp), Mbuf.length(mbuf) - Mbuf.l4Offset(mbuf));
        int at = Tcp.HEADER_LENGTH;
        while (at < end) {
            int kind = Mem.getUnsignedByte(tcp + at);
            if (kind == END_OF_OPTIONS) {
                return false;
            }
            if (kind == NO_OPERATION) {
                at++;
                continue;
            }
            int length = at + 1 < end ? Mem.getUnsignedByte(tcp + at + 1) : 0;
            if (length < 2 || at + length > end) {
                return false; // malformed; whose it is will see
            }
            if (kind == MAXIMUM_SEGMENT_SIZE && length == OPTION_LENGTH) {
                return lower(mbuf, tcp, at + 2, most);
            }
            at += length;
        }
        return false;
    }

    private static boolean lower(long mbuf, long tcp, int at, int most) {
        int old = Mem.getShortBE(tcp + at);
        if (old <= most) {
            return false;
        }
        Mem.putShortBE(tcp + at, most);
        if (!Mbuf.has(mbuf, Mbuf.CSUM_PARTIAL)) { // else the sum of the data is yet to be added
            boolean odd = (at & 1) != 0; // its bytes count the other way round then
            int checksum =
                    Checksum.update(
                            Tcp.checksum(tcp), odd ? swap(old) : old, odd ? swap(most) : most);
            Mem.putShortBE(tcp + Tcp.CHECKSUM, checksum);
        }
        return true;
    }

    private static int swap(int word) {
        return Short.toUnsignedInt(Short.reverseBytes((short) word));
    }
}
