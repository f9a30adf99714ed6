package io.esplanade.gateway.demo;

import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.pcap.CaptureReader;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The packets of the capture that ships with Esplanade, from their IP headers on, by the side their
 * hosts are on.
 *
 * @param fromA what A's hosts sent
 * @param fromB what B's hosts sent
 */
record Traffic(List<Packet> fromA, List<Packet> fromB) {

    private static final int ETHERNET_HEADER = 14;

    /** An IP packet and when it was captured, ns since 1970. */
    record Packet(byte[] bytes, long time) {}

    /** Copies the capture to {@code file} and reads it there. */
    static Traffic unpackTo(Path file) throws IOException {
        try (InputStream in = Traffic.class.getResourceAsStream("traffic.pcap")) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        List<Packet> fromA = new ArrayList<>();
        List<Packet> fromB = new ArrayList<>();
        for (Packet packet : read(file)) {
            (Ip.isFromA(packet.bytes()) ? fromA : fromB).add(packet);
        }
        return new Traffic(List.copyOf(fromA), List.copyOf(fromB));
    }

    /** All packets of a capture, from their IP headers on. */
    static List<Packet> read(Path file) throws IOException {
        List<Packet> packets = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(file)) {
            while (reader.next()) {
                byte[] bytes = reader.bytes();
                int from = reader.linkType() == LinkType.ETHERNET ? ETHERNET_HEADER : 0;
                packets.add(
                        new Packet(Arrays.copyOfRange(bytes, from, bytes.length), reader.time()));
            }
        }
        return packets;
    }

    /** How many packets one pass has, both ways. */
    int packets() {
        return fromA.size() + fromB.size();
    }

    /** How many bytes one pass has, both ways. */
    long bytes() {
        return fromA.stream().mapToLong(p -> p.bytes().length).sum()
                + fromB.stream().mapToLong(p -> p.bytes().length).sum();
    }
}
