package io.esplanade.engine.mbuf;

import io.esplanade.engine.os.Mem;

/**
 * The metadata line of an mbuf: static accessors on its handle, the absolute address of the line.
 *
 * <p>One cache line of 64 bytes per mbuf, in an array beside the buffers:
 *
 * <pre>
 *  0 address      u64  first byte of the buffer           (fixed when the pool is made)
 *  8 sequence     u64  ESP sequence number, all 64 bits
 * 16 time         i64  when received, ns since 1970; 0 if not known
 * 24 capacity     u32  size of the buffer                 (fixed)
 * 28 length       u32  bytes of packet
 * 32 flags        u32  see the constants below
 * 36 sa           i32  index of the SA's state; -1 none
 * 40 nextHop      i32  index of the next hop; -1 none
 * 44 flowHash     u32
 * 48 offset       u16  from the buffer's first byte to the packet's
 * 50 saGeneration u16  generation of the SA's slot when it was found
 * 52 l4Offset     u16  from the packet's first byte to its transport header; 0 not known
 * 54 protocol     u8   transport protocol (the last header's number)
 * 55 passes       u8   how often it has been through Ingress
 * 56 csumStart    u16  with CSUM_PARTIAL: where the sum begins, from the packet's first byte
 * 58 csumOffset   u8   with CSUM_PARTIAL: where it goes, from csumStart
 * 59 port         u8   index of the port: received on, then to be sent on
 * 60 queue        u8   index of the queue of that port
 * 61 dropReason   u8   {@link io.esplanade.engine.counters.DropReason}; 0 not dropped
 * 62 owner        u8   {@link Owner}
 * 63 homeLane     u8   the lane whose cache it goes back to
 * </pre>
 *
 * <p>Two words can be read and written whole: {@link #dispatch} (flags and SA) and {@link #layout}
 * (bytes 48 to 55). A stage that every packet passes reads each of them once and works on the
 * words: an access of its own for every field is not much to run, but much to compile, and what is
 * too much for the JIT is no longer inlined.
 *
 * <p>Only the thread that owns the mbuf may use these, except {@link #owner}, which the ledger
 * reads from any thread and may see a moment late.
 */
public final class Mbuf {

    /** Bytes of metadata per mbuf: one cache line. */
    public static final int METADATA_SIZE = 64;

    /** No mbuf: what an empty source answers. */
    public static final long NULL = 0;

    /** Flag: the packet (inside any ESP yet to be removed) is IPv6, else IPv4. */
    public static final int IPV6 = 1;

    /** Flag: to be encapsulated on SA {@link #sa}. */
    public static final int ENCRYPT = 1 << 1;

    /** Flag: to be decapsulated with SA {@link #sa}. */
    public static final int DECRYPT = 1 << 2;

    /** Flag: encapsulated; may leave by an unprotected port. */
    public static final int SEALED = 1 << 3;

    /** Flag: a BYPASS policy allowed it; may leave by an unprotected port in clear. */
    public static final int BYPASSED = 1 << 4;

    /** Flag: made by the gateway itself (ICMP error, ARP); may leave by an unprotected port. */
    public static final int LOCAL = 1 << 5;

    /** Flag: handed over by a lane that received it from an unprotected port. */
    public static final int FROM_UNPROTECTED = 1 << 6;

    /** Flag: a fragment with no transport header (offset not zero). */
    public static final int LATER_FRAGMENT = 1 << 7;

    /** Flag: a fragment, first or later. */
    public static final int FRAGMENT = 1 << 8;

    /** Flag: the transport checksum holds only the pseudo-header sum and is to be completed. */
    public static final int CSUM_PARTIAL = 1 << 9;

    /** Flag: the port has verified the IP and transport checksums. */
    public static final int CSUM_VERIFIED = 1 << 10;

    /** Flag: a dummy that the receiver of its SA discards (RFC 4303 §2.6). */
    public static final int DUMMY = 1 << 11;

    /**
     * Flag: its verdict stands in the metadata, and is not looked for again: the next hop, or with
     * {@link #ENCRYPT} the tunnel in its place.
     */
    public static final int DECIDED = 1 << 12;

    /** Flag: when encapsulated, to be cut into fragments of at most {@link #sequence} bytes. */
    public static final int TO_FRAGMENT = 1 << 13;

    /**
     * Flag: begins with its link-layer header, and leaves as it is by {@link #port}: the gateway's
     * own ARP and neighbour discovery.
     */
    public static final int FRAME = 1 << 14;

    /** Flag: several packets, whole or in part, for one outer packet or out of one (RFC 9347). */
    public static final int AGGREGATE = 1 << 15;

    /**
     * Flag: came out of an {@link #AGGREGATE} of SA {@link #sa}, whose checks are still to come.
     */
    public static final int INNER = 1 << 16;

    private static final int NONE = -1;
    private static final long INT = 0xffff_ffffL;

    private static final int ADDRESS = 0;
    private static final int SEQUENCE = 8;
    private static final int TIME = 16;
    private static final int CAPACITY = 24;
    private static final int LENGTH = 28;
    private static final int FLAGS = 32;
    private static final int SA = 36;
    private static final int NEXT_HOP = 40;
    private static final int FLOW_HASH = 44;
    private static final int OFFSET = 48;
    private static final int SA_GENERATION = 50;
    private static final int L4_OFFSET = 52;
    private static final int PROTOCOL = 54;
    private static final int PASSES = 55;
    private static final int CSUM_START = 56;
    private static final int CSUM_OFFSET = 58;
    private static final int PORT = 59;
    private static final int QUEUE = 60;
    private static final int DROP_REASON = 61;
    static final int OWNER = 62;
    private static final int HOME_LANE = 63;

    private Mbuf() {}

    private static long at(long mbuf) {
        return Mem.address(mbuf);
    }

    /** Writes the two fixed fields; the pool's constructor only. */
    static void format(long mbuf, long address, int capacity) {
        Mem.putLong(at(mbuf) + ADDRESS, address);
        Mem.putInt(at(mbuf) + CAPACITY, capacity);
    }

    /**
     * Makes the line that of an empty packet which begins {@code headroom} bytes into the buffer,
     * received now by nobody: everything but address, capacity, owner and home lane is cleared.
     */
    public static void reset(long mbuf, int headroom) {
        Mem.putLong(at(mbuf) + SEQUENCE, 0);
        Mem.putLong(at(mbuf) + TIME, 0);
        Mem.putInt(at(mbuf) + LENGTH, 0);
        dispatch(mbuf, 0, NONE);
        Mem.putLong(at(mbuf) + NEXT_HOP, NONE & INT); // and flow hash
        layout(mbuf, headroom);
        Mem.putInt(at(mbuf) + CSUM_START, 0); // and checksum offset, port
        Mem.putShort(at(mbuf) + QUEUE, 0); // and drop reason
    }

    /** Flags in the low half, the SA's index in the high one. */
    public static long dispatch(long mbuf) {
        return Mem.getLong(at(mbuf) + FLAGS);
    }

    public static int flagsOf(long dispatch) {
        return (int) dispatch;
    }

    public static int saOf(long dispatch) {
        return (int) (dispatch >> 32);
    }

    /** Writes flags and the SA's index. */
    public static void dispatch(long mbuf, int flags, int sa) {
        Mem.putLong(at(mbuf) + FLAGS, (long) sa << 32 | flags & INT);
    }

    /** Offset, SA generation, transport header's offset, protocol and passes, in this order. */
    public static long layout(long mbuf) {
        return Mem.getLong(at(mbuf) + OFFSET);
    }

    public static void layout(long mbuf, long layout) {
        Mem.putLong(at(mbuf) + OFFSET, layout);
    }

    /** A layout of these parts, each within its bits. */
    public static long layoutOf(
            int offset, int saGeneration, int l4Offset, int protocol, int passes) {
        return (long) passes << 56
                | (long) protocol << 48
                | (long) l4Offset << 32
                | (long) saGeneration << 16
                | offset;
    }

    public static int offsetOf(long layout) {
        return (int) layout & 0xffff;
    }

    public static int saGenerationOf(long layout) {
        return (int) layout >>> 16;
    }

    public static int l4OffsetOf(long layout) {
        return (int) (layout >>> 32) & 0xffff;
    }

    public static int passesOf(long layout) {
        return (int) (layout >>> 56);
    }

    /** Absolute address of the buffer's first byte. */
    public static long buffer(long mbuf) {
        return Mem.getAddress(at(mbuf) + ADDRESS);
    }

    /** Size of the buffer in bytes. */
    public static int capacity(long mbuf) {
        return Mem.getInt(at(mbuf) + CAPACITY);
    }

    /** Absolute address of the packet's first byte. */
    public static long data(long mbuf) {
        return Mem.getAddress(at(mbuf) + ADDRESS) + Mem.getShort(at(mbuf) + OFFSET);
    }

    /** Bytes before the packet; also where it begins in the buffer. */
    public static int offset(long mbuf) {
        return Mem.getShort(at(mbuf) + OFFSET);
    }

    /** Bytes of packet. */
    public static int length(long mbuf) {
        return Mem.getInt(at(mbuf) + LENGTH);
    }

    public static void length(long mbuf, int length) {
        Mem.putInt(at(mbuf) + LENGTH, length);
    }

    /** Bytes behind the packet. */
    public static int tailroom(long mbuf) {
        return capacity(mbuf) - offset(mbuf) - length(mbuf);
    }

    /** Moves the packet's first byte {@code n} bytes forward, to {@code offset + n}. */
    public static void pull(long mbuf, int n) {
        Mem.putShort(at(mbuf) + OFFSET, offset(mbuf) + n);
        Mem.putInt(at(mbuf) + LENGTH, length(mbuf) - n);
    }

    /** Moves the packet's first byte {@code n} bytes back; the caller has checked the headroom. */
    public static void push(long mbuf, int n) {
        Mem.putShort(at(mbuf) + OFFSET, offset(mbuf) - n);
        Mem.putInt(at(mbuf) + LENGTH, length(mbuf) + n);
    }

    public static long sequence(long mbuf) {
        return Mem.getLong(at(mbuf) + SEQUENCE);
    }

    public static void sequence(long mbuf, long sequence) {
        Mem.putLong(at(mbuf) + SEQUENCE, sequence);
    }

    /** When it was received, ns since 1970; 0 if the port did not say. */
    public static long time(long mbuf) {
        return Mem.getLong(at(mbuf) + TIME);
    }

    public static void time(long mbuf, long epochNanos) {
        Mem.putLong(at(mbuf) + TIME, epochNanos);
    }

    public static int flags(long mbuf) {
        return Mem.getInt(at(mbuf) + FLAGS);
    }

    public static void flags(long mbuf, int flags) {
        Mem.putInt(at(mbuf) + FLAGS, flags);
    }

    /** Whether any of the given flags is set. */
    public static boolean has(long mbuf, int flags) {
        return (Mem.getInt(at(mbuf) + FLAGS) & flags) != 0;
    }

    public static int sa(long mbuf) {
        return Mem.getInt(at(mbuf) + SA);
    }

    public static int saGeneration(long mbuf) {
        return Mem.getShort(at(mbuf) + SA_GENERATION);
    }

    public static void sa(long mbuf, int index, int generation) {
        Mem.putInt(at(mbuf) + SA, index);
        Mem.putShort(at(mbuf) + SA_GENERATION, generation);
    }

    public static int nextHop(long mbuf) {
        return Mem.getInt(at(mbuf) + NEXT_HOP);
    }

    public static void nextHop(long mbuf, int nextHop) {
        Mem.putInt(at(mbuf) + NEXT_HOP, nextHop);
    }

    public static int flowHash(long mbuf) {
        return Mem.getInt(at(mbuf) + FLOW_HASH);
    }

    public static void flowHash(long mbuf, int hash) {
        Mem.putInt(at(mbuf) + FLOW_HASH, hash);
    }

    public static int l4Offset(long mbuf) {
        return Mem.getShort(at(mbuf) + L4_OFFSET);
    }

    public static int protocol(long mbuf) {
        return Mem.getUnsignedByte(at(mbuf) + PROTOCOL);
    }

    /** The transport protocol and where its header begins, from the packet's first byte. */
    public static void transport(long mbuf, int protocol, int l4Offset) {
        Mem.putByte(at(mbuf) + PROTOCOL, protocol);
        Mem.putShort(at(mbuf) + L4_OFFSET, l4Offset);
    }

    public static int csumStart(long mbuf) {
        return Mem.getShort(at(mbuf) + CSUM_START);
    }

    public static int csumOffset(long mbuf) {
        return Mem.getUnsignedByte(at(mbuf) + CSUM_OFFSET);
    }

    /** With {@link #CSUM_PARTIAL}: sum from {@code start}, store at {@code start + offset}. */
    public static void csum(long mbuf, int start, int offset) {
        Mem.putShort(at(mbuf) + CSUM_START, start);
        Mem.putByte(at(mbuf) + CSUM_OFFSET, offset);
    }

    public static int port(long mbuf) {
        return Mem.getUnsignedByte(at(mbuf) + PORT);
    }

    public static int queue(long mbuf) {
        return Mem.getUnsignedByte(at(mbuf) + QUEUE);
    }

    public static void port(long mbuf, int port, int queue) {
        Mem.putByte(at(mbuf) + PORT, port);
        Mem.putByte(at(mbuf) + QUEUE, queue);
    }

    public static int dropReason(long mbuf) {
        return Mem.getUnsignedByte(at(mbuf) + DROP_REASON);
    }

    public static void dropReason(long mbuf, int reason) {
        Mem.putByte(at(mbuf) + DROP_REASON, reason);
    }

    /** {@link Owner#ordinal()} of the present owner. */
    public static int owner(long mbuf) {
        return Mem.getUnsignedByte(at(mbuf) + OWNER);
    }

    static void owner(long mbuf, Owner owner) {
        Mem.putByte(at(mbuf) + OWNER, owner.ordinal());
    }

    public static int passes(long mbuf) {
        return Mem.getUnsignedByte(at(mbuf) + PASSES);
    }

    public static void passes(long mbuf, int passes) {
        Mem.putByte(at(mbuf) + PASSES, passes);
    }

    public static int homeLane(long mbuf) {
        return Mem.getUnsignedByte(at(mbuf) + HOME_LANE);
    }

    public static void homeLane(long mbuf, int lane) {
        Mem.putByte(at(mbuf) + HOME_LANE, lane);
    }
}
