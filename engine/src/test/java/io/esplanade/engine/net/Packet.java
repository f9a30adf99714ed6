package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Bytes at an absolute address, in memory that holds a pattern elsewhere. */
final class Packet implements AutoCloseable {

    private static final Path CAPTURE =
            Path.of(
                    System.getProperty("basedir", "engine"),
                    "../gateway/src/main/resources/io/esplanade/gateway/demo/traffic.pcap");

    private final Region region;
    private final long address;

    Packet(byte[] bytes) {
        region = Region.map(bytes.length + 64, "a test's packet");
        address = region.address() + 2; // as behind an Ethernet header
        Mem.fill(region.address(), region.size(), 0xa5);
        Mem.copyFrom(bytes, 0, address, bytes.length);
    }

    static Packet hex(String... hex) {
        return new Packet(HexFormat.of().parseHex(String.join("", hex).replace(" ", "")));
    }

    long address() {
        return address;
    }

    @Override
    public void close() {
        region.close();
    }

    /** The frames of the capture of real traffic that ships with the project. */
    static List<byte[]> captured() throws IOException {
        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(CAPTURE)).order(ByteOrder.LITTLE_ENDIAN);
        file.position(24);
        List<byte[]> frames = new ArrayList<>();
        while (file.hasRemaining()) {
            file.position(file.position() + 8);
            byte[] frame = new byte[file.getInt()];
            file.position(file.position() + 4);
            file.get(frame);
            frames.add(frame);
        }
        return frames;
    }
}
