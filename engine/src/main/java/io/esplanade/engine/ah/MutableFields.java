package io.esplanade.engine.ah;

import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Mem;

/**
 * What routers may change on the way, and counts as zero in the ICV (RFC 4302 §3.3.3.1). A packet
 * that still has to pass a source route or a routing header is not for AH's other end yet: its
 * destination is taken as it stands.
 */
final class MutableFields {

    private static final int IPV4_TOS = 1;
    private static final int IPV4_FLAGS = 6;
    private static final int IPV4_TTL = 8;
    private static final int IPV4_CHECKSUM = 10;
    private static final int IPV6_HOP_LIMIT = 7;
    private static final int VERSION_6 = 0x6000_0000;

    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;
    private static final int PAD1 = 0;
    private static final int MAY_CHANGE = 0x20; // of an IPv6 option's type (RFC 8200 §4.2)

    private MutableFields() {}

    /** Zeroes them in the {@code length} bytes of IP headers at {@code ip}. */
    static void zero(long ip, boolean ipv6, int length) {
        if (ipv6) {
            Mem.putIntBE(ip, VERSION_6);
            Mem.putByte(ip + IPV6_HOP_LIMIT, 0);
            zeroExtensions(ip, length);
        } else {
            Mem.putByte(ip + IPV4_TOS, 0);
            Mem.putShort(ip + IPV4_FLAGS, 0);
            Mem.putByte(ip + IPV4_TTL, 0);
            Mem.putShort(ip + IPV4_CHECKSUM, 0);
            zeroIpv4Options(ip + Ipv4.HEADER_LENGTH, ip + length);
        }
    }

    /** RFC 4302 appendix A1: all that is not listed there as immutable. */
    private static void zeroIpv4Options(long first, long end) {
        long option = first;
        while (option < end) {
            int type = Mem.getUnsignedByte(option);
            if (type == END_OF_OPTIONS || type == NO_OPERATION) {
                option++;
                continue;
            }
            long rest = end - option;
            int length = rest < 2 ? 0 : Mem.getUnsignedByte(option + 1);
            if (length < 2 || length > rest) {
                Mem.fill(option, rest, 0); // malformed, as the other end will find too
                return;
            }
            if (!isImmutable(type)) {
                Mem.fill(option, length, 0);
            }
            option += length;
        }
    }

    private static boolean isImmutable(int type) {
        return switch (type) {
            case 130, 133, 134 -> true; // security, extended and commercial
            case 148 -> true; // router alert
            case 149 -> true; // sender directed multi-destination delivery
            default -> false;
        };
    }

    private static void zeroExtensions(long ip, int length) {
        int number = Ipv6.nextHeader(ip);
        int at = Ipv6.HEADER_LENGTH;
        while (at < length) {
            long extension = ip + at;
            int size = Ipv6.extensionLength(extension, number);
            if (number == IpProtocol.HOP_BY_HOP || number == IpProtocol.DESTINATION_OPTIONS) {
                zeroIpv6Options(extension + 2, extension + size);
            }
            number = Mem.getUnsignedByte(extension);
            at += size;
        }
    }

    /** The data of options that say of themselves that they may change (§3.3.3.1.2.2). */
    private static void zeroIpv6Options(long first, long end) {
        long option = first;
        while (option < end) {
            int type = Mem.getUnsignedByte(option);
            if (type == PAD1) {
                option++;
                continue;
            }
            long rest = end - option;
            int length = rest < 2 ? 0 : 2 + Mem.getUnsignedByte(option + 1);
            if (length < 2 || length > rest) {
                return;
            }
            if ((type & MAY_CHANGE) != 0) {
                Mem.fill(option + 2, length - 2L, 0);
            }
            option += length;
        }
    }
}
