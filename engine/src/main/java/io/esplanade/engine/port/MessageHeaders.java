package io.esplanade.engine.port;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;
import io.esplanade.ffi.linux.cmsghdr;
import io.esplanade.ffi.linux.iovec;
import io.esplanade.ffi.linux.mmsghdr;
import io.esplanade.ffi.linux.msghdr;

import java.lang.foreign.MemorySegment;

/**
 * An array of {@code struct mmsghdr} outside the heap, each with room for an address and control
 * messages, and vectors for all of them; what sendmmsg(2) and recvmmsg(2) take.
 */
public final class MessageHeaders implements AutoCloseable {

    /** Room for an address. */
    public static final int NAME = 32;

    /** Room for control messages: five, each of a number. */
    public static final int CONTROL = 128;

    /** Bytes before the data of a control message. */
    public static final int CONTROL_HEADER = (int) cmsghdr.sizeof();

    private static final long MESSAGE = mmsghdr.sizeof();
    private static final long VECTOR = iovec.sizeof();

    private static final long NAME_POINTER = msghdr.msg_name$offset();
    private static final long NAME_LENGTH = msghdr.msg_namelen$offset();
    private static final long VECTORS = msghdr.msg_iov$offset();
    private static final long VECTOR_COUNT = msghdr.msg_iovlen$offset();
    private static final long CONTROL_POINTER = msghdr.msg_control$offset();
    private static final long CONTROL_LENGTH = msghdr.msg_controllen$offset();
    private static final long FLAGS = msghdr.msg_flags$offset();
    private static final long RECEIVED = mmsghdr.msg_len$offset();

    private static final long VECTOR_BASE = iovec.iov_base$offset();
    private static final long VECTOR_LENGTH = iovec.iov_len$offset();

    private static final long LENGTH = cmsghdr.cmsg_len$offset();
    private static final long LEVEL = cmsghdr.cmsg_level$offset();
    private static final long TYPE = cmsghdr.cmsg_type$offset();

    private final Region region;
    private final long messages;
    private final long names;
    private final long controls;
    private final long vectors;
    private final MemorySegment[] from; // the messages from each on

    public MessageHeaders(int count, int vectorCount) {
        region =
                Region.map(
                        count * (MESSAGE + NAME + CONTROL) + vectorCount * VECTOR,
                        "messages of sockets");
        messages = region.address();
        names = messages + count * MESSAGE;
        controls = names + (long) count * NAME;
        vectors = controls + (long) count * CONTROL;
        from = new MemorySegment[count];
        for (int i = 0; i < count; i++) {
            from[i] = Mem.segment(message(i), (count - i) * MESSAGE);
            Mem.putLong(message(i) + NAME_POINTER, name(i));
            Mem.putLong(message(i) + CONTROL_POINTER, control(i));
        }
    }

    private long message(int index) {
        return messages + index * MESSAGE;
    }

    /** All of them. */
    public MemorySegment segment() {
        return from[0];
    }

    /** Those from one on. */
    public MemorySegment from(int index) {
        return from[index];
    }

    /** Where the address is. */
    public long name(int index) {
        return names + (long) index * NAME;
    }

    public void nameLength(int index, int bytes) {
        Mem.putInt(message(index) + NAME_LENGTH, bytes);
    }

    private long control(int index) {
        return controls + (long) index * CONTROL;
    }

    /** Says which vectors it has. */
    public void vectors(int index, int first, int count) {
        Mem.putLong(message(index) + VECTORS, vectors + first * VECTOR);
        Mem.putLong(message(index) + VECTOR_COUNT, count);
    }

    public void vector(int index, long address, int length) {
        Mem.putLong(vectors + index * VECTOR + VECTOR_BASE, address);
        Mem.putLong(vectors + index * VECTOR + VECTOR_LENGTH, length);
    }

    /** Makes it ready to be received into: with room for an address and control messages. */
    public void offer(int index) {
        nameLength(index, NAME);
        Mem.putLong(message(index) + CONTROL_LENGTH, CONTROL);
        Mem.putInt(message(index) + FLAGS, 0);
    }

    /** Bytes received. */
    public int received(int index) {
        return Mem.getInt(message(index) + RECEIVED);
    }

    public int flags(int index) {
        return Mem.getInt(message(index) + FLAGS);
    }

    // Control messages.

    /** Forgets those there are. */
    public void clearControl(int index) {
        Mem.putLong(message(index) + CONTROL_LENGTH, 0);
    }

    /** Appends a number, of 2 or 4 bytes. */
    public void addControl(int index, int level, int type, int value, int bytes) {
        long lengthField = message(index) + CONTROL_LENGTH;
        long length = Mem.getLong(lengthField);
        long at = control(index) + length;
        Mem.putLong(at + LENGTH, CONTROL_HEADER + bytes);
        Mem.putInt(at + LEVEL, level);
        Mem.putInt(at + TYPE, type);
        Mem.putLong(at + CONTROL_HEADER, value);
        Mem.putLong(lengthField, length + CONTROL_HEADER + Long.BYTES);
    }

    /** The first one received; 0 if there is none. */
    public long firstControl(int index) {
        return soundControl(index, control(index));
    }

    /** The one behind that; 0 if there is none. */
    public long nextControl(int index, long at) {
        return soundControl(index, at + (Mem.getLong(at + LENGTH) + 7 & -8));
    }

    private long soundControl(int index, long at) {
        long end = control(index) + Mem.getLong(message(index) + CONTROL_LENGTH);
        return at + CONTROL_HEADER <= end && Mem.getLong(at + LENGTH) >= CONTROL_HEADER ? at : 0;
    }

    public static boolean isControl(long at, int level, int type) {
        return Mem.getInt(at + LEVEL) == level && Mem.getInt(at + TYPE) == type;
    }

    /** Where its data is. */
    public static long controlData(long at) {
        return at + CONTROL_HEADER;
    }

    @Override
    public void close() {
        region.close();
    }
}
