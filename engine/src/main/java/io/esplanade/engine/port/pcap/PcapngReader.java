package io.esplanade.engine.port.pcap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads pcapng (draft-ietf-opsawg-pcapng): sections of blocks, each with its length at both ends.
 *
 * <p>Section header, interface description, enhanced, simple and (obsolete) packet blocks are read,
 * all others skipped. Sections may differ in byte order and interfaces in link type and time scale.
 */
final class PcapngReader extends CaptureReader {

    /** The section header block's type, the same in both byte orders. */
    static final int SECTION_HEADER = 0x0a0d0d0a;

    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;

    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int BLOCK_OVERHEAD = 12; // type and the two lengths

    private static final int OPTION_END = 0;
    private static final int OPTION_IF_TSRESOL = 9;
    private static final int OPTION_IF_TSOFFSET = 14;

    private record Interface(int linkType, long snapLength, TimeScale scale) {}

    private final List<Interface> interfaces = new ArrayList<>();
    private long blockOffset;
    private long blockLength; // 0: not in a block

    /** Reads the first section header. */
    PcapngReader(CaptureInput input) throws IOException {
        super(input);
        beginBlock();
        readSectionHeader();
        endBlock();
    }

    @Override
    public boolean next() throws IOException {
        if (blockLength != 0) {
            endBlock();
        }
        while (input.has(1)) {
            if (readBlock()) {
                return true;
            }
            endBlock();
        }
        return false;
    }

    /** Whether the block that begins here is a packet; then its end is yet to be read. */
    private boolean readBlock() throws IOException {
        switch (beginBlock()) {
            case SECTION_HEADER -> readSectionHeader();
            case INTERFACE_DESCRIPTION -> readInterface();
            case ENHANCED_PACKET -> readPacket(true);
            case PACKET -> readPacket(false);
            case SIMPLE_PACKET -> readSimplePacket();
            default -> {}
        }
        return address != 0;
    }

    /** Reads the type, which it returns, and the length, of which the block has at least 12. */
    private int beginBlock() throws IOException {
        address = 0;
        blockOffset = input.offset();
        input.need(BLOCK_OVERHEAD, "a block");
        int type = input.i32(0);
        if (type == SECTION_HEADER) {
            readByteOrder();
        }
        blockLength = input.u32(4);
        if (blockLength < BLOCK_OVERHEAD || (blockLength & 3) != 0) {
            throw input.malformed(
                    "a block of %d bytes: not a multiple of 4 from 12 on".formatted(blockLength));
        }
        return type;
    }

    private void readByteOrder() throws CaptureFormatException {
        input.bigEndian(true);
        int magic = input.i32(8);
        if (magic != BYTE_ORDER_MAGIC && Integer.reverseBytes(magic) != BYTE_ORDER_MAGIC) {
            throw input.malformed("byte-order magic is 0x%08x, not 0x1a2b3c4d".formatted(magic));
        }
        input.bigEndian(magic == BYTE_ORDER_MAGIC);
    }

    private void endBlock() throws IOException {
        input.skip(blockOffset + blockLength - 4 - input.offset(), "a block");
        input.need(4, "a block's second length");
        if (input.u32(0) != blockLength) {
            throw input.malformed(
                    "the block that begins at byte %d with length %d ends with length %d"
                            .formatted(blockOffset, blockLength, input.u32(0)));
        }
        input.consume(4);
        blockLength = 0;
    }

    /** Checks that the block is long enough to have {@code body} bytes, and brings them in. */
    private void needBody(long body, String what) throws IOException {
        if (body + BLOCK_OVERHEAD > blockLength) {
            throw input.malformed(
                    "%s: a block of %d bytes has no room for %d"
                            .formatted(what, blockLength, body + BLOCK_OVERHEAD));
        }
    }

    private void readSectionHeader() throws IOException {
        needBody(16, "section header");
        input.need(24, "a section header");
        if (input.u16(12) != 1) {
            throw input.malformed("pcapng version %d, not 1".formatted(input.u16(12)));
        }
        input.consume(24);
        interfaces.clear();
    }

    private void readInterface() throws IOException {
        needBody(8, "interface description");
        input.need(16, "an interface description");
        int linkType = input.u16(8);
        long snapLength = input.u32(12);
        input.consume(16);
        interfaces.add(new Interface(linkType, snapLength, readTimeScale()));
    }

    /** Goes through the options of an interface description. */
    private TimeScale readTimeScale() throws IOException {
        TimeScale scale = TimeScale.MICROSECONDS;
        long end = blockOffset + blockLength - 4;
        while (end - input.offset() >= 4) {
            input.need(4, "an option");
            int code = input.u16(0);
            int optionLength = input.u16(2);
            int padded = optionLength + 3 & -4;
            if (end - input.offset() < 4 + padded) {
                throw input.malformed(
                        "option %d of %d bytes runs over the end of its block"
                                .formatted(code, optionLength));
            }
            if (code == OPTION_END) {
                break;
            }
            input.need(4 + padded, "an option");
            if (code == OPTION_IF_TSRESOL && optionLength == 1) {
                scale = new TimeScale(input.u8(4), scale.offset());
            } else if (code == OPTION_IF_TSOFFSET && optionLength == 8) {
                scale = new TimeScale(scale.resolution(), input.i64(4));
            }
            input.consume(4 + padded);
        }
        return scale;
    }

    /** An enhanced packet block, or the packet block it superseded. */
    private void readPacket(boolean enhanced) throws IOException {
        needBody(20, "packet");
        input.need(28, "a packet block");
        long captured = input.u32(20);
        needBody(20 + (captured + 3 & -4), "packet");
        // The old block has 16 bits of interface and 16 of drop count.
        Interface from = interfaceOf(enhanced ? input.u32(8) : input.u16(8));
        time = from.scale().nanos(input.u32(12) << 32 | input.u32(16));
        linkTypeNumber = from.linkType();
        originalLength = input.i32(24);
        input.consume(28);
        takePacket(captured);
    }

    private void readSimplePacket() throws IOException {
        needBody(4, "simple packet");
        input.need(12, "a simple packet block");
        Interface from = interfaceOf(0);
        long original = input.u32(8);
        long snapLength = from.snapLength() == 0 ? original : from.snapLength();
        long captured = Math.min(original, snapLength);
        needBody(4 + (captured + 3 & -4), "simple packet");
        time = 0;
        linkTypeNumber = from.linkType();
        originalLength = (int) original;
        input.consume(12);
        takePacket(captured);
    }

    private Interface interfaceOf(long index) throws CaptureFormatException {
        if (index >= interfaces.size()) {
            throw input.malformed(
                    "a packet of interface %d, but the section describes %d"
                            .formatted(index, interfaces.size()));
        }
        return interfaces.get((int) index);
    }
}
