package io.esplanade.engine.os.netlink;

import static io.esplanade.ffi.linux.linux.NLA_TYPE_MASK;
import static io.esplanade.ffi.linux.linux.NLMSG_ALIGNTO;

import io.esplanade.engine.os.Mem;
import io.esplanade.ffi.linux.rtattr;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An attribute of a netlink message: its value is from an address up to another. */
record Attribute(int type, long start, long end) {

    /** The attributes that stand from {@code at} up to {@code end}. */
    static List<Attribute> all(long at, long end) {
        List<Attribute> result = new ArrayList<>();
        while (end - at >= rtattr.sizeof()) {
            int length = Mem.getShort(at);
            if (length < rtattr.sizeof() || length > end - at) {
                break;
            }
            int type = Mem.getShort(at + rtattr.rta_type$offset()) & NLA_TYPE_MASK();
            result.add(new Attribute(type, at + rtattr.sizeof(), at + length));
            at += align(length);
        }
        return result;
    }

    /** The attributes inside this one. */
    List<Attribute> nested() {
        return all(start, end);
    }

    int length() {
        return (int) (end - start);
    }

    int number() {
        return length() >= Integer.BYTES ? Mem.getInt(start) : 0;
    }

    String text() {
        byte[] bytes = Mem.bytes(start, length());
        int zero = 0;
        while (zero < bytes.length && bytes[zero] != 0) {
            zero++;
        }
        return new String(bytes, 0, zero, StandardCharsets.UTF_8);
    }

    /** The value as an IP address, or null if it is none. */
    InetAddress address() {
        return address(Mem.bytes(start, length()));
    }

    /** The address of these bytes, or null if they are neither 4 nor 16. */
    static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Where what follows something of this length begins. */
    static long align(long length) {
        return (length + NLMSG_ALIGNTO() - 1) & -NLMSG_ALIGNTO();
    }
}
