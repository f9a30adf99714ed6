package io.esplanade.engine.ipsec;

import io.esplanade.engine.os.Mem;

/**
 * What has come of an inner packet whose rest is to begin the next outer packet (RFC 9347 §2.2.3),
 * and which that is. An inbound SA's; the thread of the Ingress that has it.
 *
 * <p>The room for it is the SA's from the start: no mbuf waits for a packet that may never come.
 */
public final class PartialPacket {

    /** An IPv6 header and its longest payload. */
    private static final int LONGEST = 40 + 0xffff;

    private final byte[] bytes = new byte[LONGEST];
    private int length;
    private long next;

    PartialPacket(long firstSequence) {
        next = firstSequence;
    }

    /** The outer packet's number that would go on with it. */
    public long next() {
        return next;
    }

    public void next(long sequence) {
        next = sequence;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /** Bytes that have come. */
    public int length() {
        return length;
    }

    /** Appends bytes; false if there are more than any packet has. */
    public boolean append(long from, int count) {
        if (count > LONGEST - length) {
            return false;
        }
        Mem.copyTo(from, bytes, length, count);
        length += count;
        return true;
    }

    /** Copies all of it to {@code to}. */
    public void copyTo(long to) {
        Mem.copyFrom(bytes, 0, to, length);
    }

    public void clear() {
        length = 0;
    }

    /** How long the packet is as its header says, or 0 if that has not come or is none. */
    public int wholeLength() {
        int version = length == 0 ? 0 : bytes[0] >>> 4 & 0xf;
        if (version == 4 && length >= 4) {
            return unsignedShort(2);
        }
        return version == 6 && length >= 6 ? 40 + unsignedShort(4) : 0;
    }

    public boolean isIpv6() {
        return length > 0 && (bytes[0] >>> 4 & 0xf) == 6;
    }

    private int unsignedShort(int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }
}
