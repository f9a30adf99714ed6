package io.esplanade.engine.port.pcap;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.LinkType;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads the packets of a capture file one after the other, whatever its format.
 *
 * <p>{@link #next} moves to a packet; the accessors tell of it until the following {@code next}.
 * Nothing is allocated per packet. One thread.
 */
public abstract sealed class CaptureReader implements Closeable permits PcapReader, PcapngReader {

    /** The longest packet believed, in bytes: what libpcap captures at most. */
    static final int LONGEST = 262_144;

    private static final int GZIP_MAGIC = 0x1f8b;

    final CaptureInput input;
    long address;
    int length;
    int originalLength;
    long time;
    int linkTypeNumber;

    CaptureReader(CaptureInput input) {
        this.input = input;
    }

    /**
     * Opens a capture, pcap or pcapng as its first bytes tell.
     *
     * @throws CaptureFormatException if it is neither
     * @throws IOException if it cannot be opened or read
     */
    public static CaptureReader open(Path file) throws IOException {
        CaptureInput input = new CaptureInput(file);
        try {
            input.need(4, "a capture's first number");
            input.bigEndian(true);
            int magic = input.i32(0);
            if (magic == PcapngReader.SECTION_HEADER) {
                return new PcapngReader(input);
            }
            if (magic >>> 16 == GZIP_MAGIC) {
                throw input.malformed("compressed: uncompress it with gunzip first");
            }
            return new PcapReader(input);
        } catch (IOException | RuntimeException e) {
            input.close();
            throw e;
        }
    }

    /**
     * Moves to the next packet.
     *
     * @return false at the end of the file
     * @throws CaptureFormatException if what comes is no packet, or not all of one; this reader can
     *     then only be closed
     */
    public abstract boolean next() throws IOException;

    /** Absolute address of the packet's first captured byte. */
    public final long address() {
        return address;
    }

    /** How many bytes were captured. */
    public final int length() {
        return length;
    }

    /** How many bytes the packet had: more than {@link #length} if only its beginning was kept. */
    public final int originalLength() {
        return originalLength;
    }

    /** When it was captured, ns since 1970; 0 if the file does not say. */
    public final long time() {
        return time;
    }

    /** The number of its link type, as in the tcpdump.org registry. */
    public final int linkTypeNumber() {
        return linkTypeNumber;
    }

    /**
     * What stands before its IP header.
     *
     * @throws CaptureFormatException if it is a link type that the engine does not know
     */
    public final LinkType linkType() throws CaptureFormatException {
        return switch (linkTypeNumber) {
            case 1 -> LinkType.ETHERNET;
            // LINKTYPE_RAW, the two DLT_RAW that old programs write, LINKTYPE_IPV4 and _IPV6.
            case 101, 12, 14, 228, 229 -> LinkType.RAW_IP;
            default ->
                    throw input.malformed(
                            "link type %d is neither Ethernet (1) nor raw IP (12, 14, 101, 228, 229)"
                                    .formatted(linkTypeNumber));
        };
    }

    /** A copy of the captured bytes, on the heap. */
    public final byte[] bytes() {
        return Mem.bytes(address, length);
    }

    @Override
    public final void close() throws IOException {
        length = 0;
        input.close();
    }

    /**
     * Brings a packet of {@code captured} bytes, which begins here, into memory and moves over it.
     */
    final void takePacket(long captured) throws IOException {
        checkLength(captured);
        input.need((int) captured, "a packet");
        address = input.address();
        length = (int) captured;
        input.consume(length);
    }

    private void checkLength(long captured) throws CaptureFormatException {
        if (captured > LONGEST) {
            throw input.malformed(
                    "a packet of %d captured bytes: more than %d is not believed"
                            .formatted(captured, LONGEST));
        }
    }
}
