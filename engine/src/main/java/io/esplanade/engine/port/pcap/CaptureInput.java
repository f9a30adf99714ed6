package io.esplanade.engine.port.pcap;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A window of fixed size that moves forward over a capture file, and the numbers in it.
 *
 * <p>{@link #has} and {@link #need} bring bytes into the window, and may move those already there;
 * the accessors read what was brought in, at offsets from the present position; {@link #consume}
 * and {@link #skip} move on. One thread.
 */
final class CaptureInput implements Closeable {

    /** Twice what may be asked for at once, so that most requests move nothing. */
    private static final int CAPACITY = 2 * 256 * 1024 + Region.PAGE;

    private final Path file;
    private final FileChannel channel;
    private final Region region;
    private final ByteBuffer buffer;
    private boolean bigEndian;
    private long base; // offset in the file of the window's first byte
    private int position;
    private int limit;

    CaptureInput(Path file) throws IOException {
        this.file = file;
        channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            region = Region.map(CAPACITY, "capture buffer");
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
        buffer = Mem.segment(region.address(), CAPACITY).asByteBuffer();
    }

    /** Says in which byte order the file's numbers are from now on. */
    void bigEndian(boolean big) {
        bigEndian = big;
    }

    /** Whether {@code bytes} more bytes are there; after true they are in the window. */
    boolean has(int bytes) throws IOException {
        if (limit - position >= bytes) {
            return true;
        }
        if (position + bytes > CAPACITY) {
            moveToFront();
        }
        buffer.limit(CAPACITY).position(limit);
        while (limit - position < bytes) {
            if (channel.read(buffer) < 0) {
                return false;
            }
            limit = buffer.position();
        }
        return true;
    }

    private void moveToFront() {
        Mem.copy(region.address() + position, region.address(), limit - position);
        base += position;
        limit -= position;
        position = 0;
    }

    /**
     * Brings {@code bytes} bytes into the window.
     *
     * @param what whose bytes they are, for the message if the file ends before
     */
    void need(int bytes, String what) throws IOException {
        if (!has(bytes)) {
            throw malformed(
                    "truncated: the file ends after %d of the %d bytes of %s"
                            .formatted(limit - position, bytes, what));
        }
    }

    /** Moves over {@code bytes} that are in the window. */
    void consume(int bytes) {
        position += bytes;
    }

    /**
     * Moves over {@code bytes}, in the window or not; as with {@link #need}, they must be there.
     */
    void skip(long bytes, String what) throws IOException {
        long left = bytes;
        while (left > limit - position) {
            left -= limit - position;
            position = limit;
            if (!has(1)) {
                throw malformed("truncated: the file ends within " + what);
            }
        }
        position += (int) left;
    }

    /** Absolute address of the present position. */
    long address() {
        return region.address() + position;
    }

    /** The present position, in bytes from the beginning of the file. */
    long offset() {
        return base + position;
    }

    int u8(int at) {
        return Mem.getUnsignedByte(address() + at);
    }

    int u16(int at) {
        return bigEndian ? Mem.getShortBE(address() + at) : Mem.getShort(address() + at);
    }

    int i32(int at) {
        return bigEndian ? Mem.getIntBE(address() + at) : Mem.getInt(address() + at);
    }

    long u32(int at) {
        return Integer.toUnsignedLong(i32(at));
    }

    long i64(int at) {
        return bigEndian ? Mem.getLongBE(address() + at) : Mem.getLong(address() + at);
    }

    /** The exception that says what is wrong at the present position. */
    CaptureFormatException malformed(String problem) {
        return malformed(offset(), problem);
    }

    CaptureFormatException malformed(long offset, String problem) {
        return new CaptureFormatException(file, offset, problem);
    }

    @Override
    public void close() throws IOException {
        position = 0;
        limit = 0;
        region.close();
        channel.close();
    }
}
