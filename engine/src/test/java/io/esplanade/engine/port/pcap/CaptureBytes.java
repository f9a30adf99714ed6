package io.esplanade.engine.port.pcap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Builds capture files by hand, from the formats' drafts, for the readers to read. */
final class CaptureBytes {

    /** One packet as a reader told it. */
    record Packet(byte[] bytes, int originalLength, long time, int linkType) {}

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteOrder order;

    CaptureBytes(ByteOrder order) {
        this.order = order;
    }

    static CaptureBytes pcap(ByteOrder order, int magic, int linkType) {
        CaptureBytes file = new CaptureBytes(order);
        return file.append(
                file.buffer(24)
                        .putInt(magic)
                        .putShort((short) 2)
                        .putShort((short) 4)
                        .putInt(0)
                        .putInt(0)
                        .putInt(65_535)
                        .putInt(linkType));
    }

    CaptureBytes pcapPacket(long seconds, int fraction, int original, byte[] bytes) {
        return append(
                buffer(16 + bytes.length)
                        .putInt((int) seconds)
                        .putInt(fraction)
                        .putInt(bytes.length)
                        .putInt(original)
                        .put(bytes));
    }

    static CaptureBytes pcapng(ByteOrder order) {
        return new CaptureBytes(order).section();
    }

    CaptureBytes section() {
        return block(
                0x0a0d0d0a,
                buffer(16).putInt(0x1a2b3c4d).putShort((short) 1).putShort((short) 0).putLong(-1));
    }

    CaptureBytes interfaceBlock(int linkType, int snapLength, byte[]... options) {
        int length = 8;
        for (byte[] option : options) {
            length += option.length;
        }
        ByteBuffer body =
                buffer(length).putShort((short) linkType).putShort((short) 0).putInt(snapLength);
        for (byte[] option : options) {
            body.put(option);
        }
        return block(1, body);
    }

    byte[] option(int code, byte... value) {
        ByteBuffer option = buffer(4 + pad(value.length));
        return option.putShort((short) code).putShort((short) value.length).put(value).array();
    }

    CaptureBytes enhanced(int from, long ticks, int original, byte[] bytes, byte[]... options) {
        int length = 20 + pad(bytes.length);
        for (byte[] option : options) {
            length += option.length;
        }
        ByteBuffer body =
                buffer(length)
                        .putInt(from)
                        .putInt((int) (ticks >>> 32))
                        .putInt((int) ticks)
                        .putInt(bytes.length)
                        .putInt(original)
                        .put(bytes)
                        .position(20 + pad(bytes.length));
        for (byte[] option : options) {
            body.put(option);
        }
        return block(6, body);
    }

    /** The obsolete packet block. */
    CaptureBytes old(int from, int drops, long ticks, byte[] bytes) {
        return block(
                2,
                buffer(20 + pad(bytes.length))
                        .putShort((short) from)
                        .putShort((short) drops)
                        .putInt((int) (ticks >>> 32))
                        .putInt((int) ticks)
                        .putInt(bytes.length)
                        .putInt(bytes.length)
                        .put(bytes));
    }

    CaptureBytes simple(int original, byte[] bytes) {
        return block(3, buffer(4 + pad(bytes.length)).putInt(original).put(bytes));
    }

    CaptureBytes block(int type, int bodyLength) {
        return block(type, buffer(bodyLength));
    }

    private CaptureBytes block(int type, ByteBuffer body) {
        int length = 12 + body.capacity();
        return append(buffer(length).putInt(type).putInt(length).put(body.array()).putInt(length));
    }

    CaptureBytes append(ByteBuffer bytes) {
        out.writeBytes(bytes.array());
        return this;
    }

    CaptureBytes append(CaptureBytes other) {
        out.writeBytes(other.bytes());
        return this;
    }

    ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(order);
    }

    private static int pad(int length) {
        return (length + 3) & -4;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    int size() {
        return out.size();
    }

    Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    /** All packets of a capture. */
    static List<Packet> read(Path file) throws IOException {
        try (CaptureReader reader = CaptureReader.open(file)) {
            return readRest(reader, new ArrayList<>());
        }
    }

    /** Appends to {@code packets} what {@code reader} has left. */
    static List<Packet> readRest(CaptureReader reader, List<Packet> packets) throws IOException {
        while (reader.next()) {
            packets.add(
                    new Packet(
                            reader.bytes(),
                            reader.originalLength(),
                            reader.time(),
                            reader.linkTypeNumber()));
        }
        return packets;
    }
}
