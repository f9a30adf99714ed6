package io.esplanade.engine.port.pcap;

import java.io.IOException;

/**
 * Reads pcap (draft-ietf-opsawg-pcap): a file header, then packets with 16 bytes of header each; in
 * either byte order, time stamps in µs or ns as the magic number says.
 */
final class PcapReader extends CaptureReader {

    static final int MAGIC_MICROS = 0xa1b2c3d4;
    static final int MAGIC_NANOS = 0xa1b23c4d;
    static final int HEADER_LENGTH = 24;
    static final int PACKET_HEADER_LENGTH = 16;

    private final int nanosPerTick;

    /** Reads the file header. */
    PcapReader(CaptureInput input) throws IOException {
        super(input);
        input.bigEndian(true);
        int magic = input.i32(0);
        input.bigEndian(magic == MAGIC_MICROS || magic == MAGIC_NANOS);
        nanosPerTick =
                switch (input.i32(0)) {
                    case MAGIC_MICROS -> 1000;
                    case MAGIC_NANOS -> 1;
                    default ->
                            throw input.malformed(
                                    "neither pcap nor pcapng: it begins with 0x%08x"
                                            .formatted(magic));
                };
        input.need(HEADER_LENGTH, "the file header");
        if (input.u16(4) != 2 || input.u16(6) != 4) {
            throw input.malformed(
                    "pcap version %d.%d, not 2.4".formatted(input.u16(4), input.u16(6)));
        }
        // The upper half tells of a frame check sequence, which an IP packet's length excludes.
        linkTypeNumber = input.i32(20) & 0xffff;
        input.consume(HEADER_LENGTH);
    }

    @Override
    public boolean next() throws IOException {
        if (!input.has(1)) {
            return false;
        }
        input.need(PACKET_HEADER_LENGTH, "a packet's header");
        time = input.u32(0) * 1_000_000_000 + input.u32(4) * nanosPerTick;
        long captured = input.u32(8);
        originalLength = input.i32(12);
        input.consume(PACKET_HEADER_LENGTH);
        takePacket(captured);
        return true;
    }
}
