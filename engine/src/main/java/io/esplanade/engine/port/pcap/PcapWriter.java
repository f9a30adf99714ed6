package io.esplanade.engine.port.pcap;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;
import io.esplanade.engine.port.LinkType;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a pcap file of one link type with time stamps in ns.
 *
 * <p>Packets are gathered in a buffer of fixed size, which goes to the file when it is full and at
 * {@link #flush}. When the file takes no more (a full disk), that is an exception, and the packets
 * of the buffer stay in it: once there is room again, a further call writes them. Nothing is
 * allocated per packet. One thread.
 */
public final class PcapWriter implements Closeable {

    private static final int LINKTYPE_ETHERNET = 1;
    private static final int LINKTYPE_RAW = 101;
    private static final int CAPACITY = 512 * 1024;

    private final Path file;
    private final FileChannel channel;
    private final boolean regular;
    private final Region region;
    private final ByteBuffer buffer;
    private int filled;
    private boolean closed;

    /**
     * Creates the file, or empties it, and writes its header.
     *
     * @throws IOException if that is not possible, or if somebody is writing it already
     */
    public PcapWriter(Path file, LinkType linkType) throws IOException {
        this.file = file;
        channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            regular = Files.isRegularFile(file);
            if (regular) {
                lock();
                channel.truncate(0);
            }
            region = Region.map(CAPACITY, "capture buffer");
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        buffer = Mem.segment(region.address(), CAPACITY).asByteBuffer();
        putHeader(linkType);
        try {
            flush();
        } catch (IOException | RuntimeException e) {
            release();
            throw e;
        }
    }

    /** Keeps two ports, or two gateways, from writing over each other. */
    private void lock() throws IOException {
        boolean mine;
        try {
            mine = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            mine = false;
        }
        if (!mine) {
            throw new IOException(file + ": somebody else is writing this capture");
        }
    }

    private void putHeader(LinkType linkType) {
        long at = region.address();
        Mem.putInt(at, PcapReader.MAGIC_NANOS);
        Mem.putShort(at + 4, 2);
        Mem.putShort(at + 6, 4);
        Mem.putLong(at + 8, 0); // time zone and accuracy, which nobody uses
        Mem.putInt(at + 16, CaptureReader.LONGEST);
        Mem.putInt(at + 20, linkType == LinkType.ETHERNET ? LINKTYPE_ETHERNET : LINKTYPE_RAW);
        filled = PcapReader.HEADER_LENGTH;
    }

    /**
     * Appends a packet.
     *
     * @param address absolute address of its first byte
     * @param length in bytes, at most 262144
     * @param time when it was there, ns since 1970, before 2106
     * @throws IOException if the file takes no more; the packet was not appended
     */
    public void write(long address, int length, long time) throws IOException {
        Mem.copy(address, reserve(length, time), length);
    }

    /** As the other {@code write}, from the heap. */
    public void write(byte[] packet, long time) throws IOException {
        Mem.copyFrom(packet, 0, reserve(packet.length, time), packet.length);
    }

    /** Makes room, writes the packet's header, and returns where its bytes go. */
    private long reserve(int length, long time) throws IOException {
        if (closed) {
            throw new IllegalStateException(file + ": closed");
        }
        if (length > CaptureReader.LONGEST) {
            throw new IllegalArgumentException("no capture holds a packet of " + length + " bytes");
        }
        if (filled + PcapReader.PACKET_HEADER_LENGTH + length > CAPACITY) {
            flush();
        }
        long at = region.address() + filled;
        Mem.putInt(at, (int) (time / 1_000_000_000));
        Mem.putInt(at + 4, (int) (time % 1_000_000_000));
        Mem.putInt(at + 8, length);
        Mem.putInt(at + 12, length);
        filled += PcapReader.PACKET_HEADER_LENGTH + length;
        return at + PcapReader.PACKET_HEADER_LENGTH;
    }

    /**
     * Gives the system everything appended so far.
     *
     * @throws IOException if it does not take it
     */
    public void flush() throws IOException {
        buffer.limit(filled).position(0);
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } finally {
            keepRest();
        }
    }

    private void keepRest() {
        int written = buffer.position();
        filled -= written;
        if (filled > 0 && written > 0) {
            Mem.copy(region.address() + written, region.address(), filled);
        }
    }

    /**
     * Flushes, makes the file durable and closes it; twice does nothing.
     *
     * @throws IOException if what was appended could not be made durable; the file is closed anyway
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (channel;
                region) {
            flush();
            if (regular) {
                channel.force(false);
            }
        }
    }

    private void release() throws IOException {
        closed = true;
        region.close();
        channel.close();
    }
}
