package io.esplanade.engine.control;

import io.esplanade.engine.net.Ethernet;

import java.nio.ByteBuffer;

/** Ethernet frames of the gateway's own, made on the heap: few and small. */
final class Frames {

    /** A frame's least length without its check sequence (IEEE 802.3). */
    private static final int SHORTEST = 60;

    private Frames() {}

    /** A frame of zeroes as long as it must be, its header written. */
    static ByteBuffer begin(long destination, long source, int type, int payload) {
        ByteBuffer frame =
                ByteBuffer.allocate(Math.max(SHORTEST, Ethernet.HEADER_LENGTH + payload));
        putMac(putMac(frame, destination), source);
        return frame.putShort((short) type);
    }

    static ByteBuffer putMac(ByteBuffer to, long mac) {
        return to.putShort((short) (mac >>> 32)).putInt((int) mac);
    }

    static long mac(ByteBuffer from) {
        return (from.getShort() & 0xffffL) << 32 | from.getInt() & 0xffff_ffffL;
    }

    /** The EtherType of a frame that has a header. */
    static int type(byte[] frame) {
        return ByteBuffer.wrap(frame).getShort(12) & 0xffff;
    }

    /** The source of a frame that has a header. */
    static long source(byte[] frame) {
        return mac(ByteBuffer.wrap(frame, 6, 6));
    }
}
