package io.esplanade.gateway.demo;

import io.esplanade.gateway.demo.Traffic.Packet;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/**
 * What was to be shown and whether it was.
 *
 * @param claims each with its fault, if it does not hold
 */
record Proof(List<Claim> claims) {

    /**
     * One thing that must be so.
     *
     * @param text what
     * @param fault why it is not, or null if it is
     */
    record Claim(String text, String fault) {

        boolean holds() {
            return fault == null;
        }
    }

    boolean holds() {
        return claims.stream().allMatch(Claim::holds);
    }

    /** Compares what arrived, what was on the wire, and what the capture of it decrypts to. */
    static Proof of(Traffic traffic, List<Flow> flows, Wire wire, Path capture, EspDecoder decoder)
            throws IOException {
        List<Claim> claims = new ArrayList<>();
        long arrived = flows.stream().mapToLong(Flow::received).sum();
        claims.add(
                new Claim(
                        "%,d packets came out byte for byte as they went in (TTL and checksum aside)"
                                .formatted(arrived),
                        flows.stream()
                                .map(Flow::fault)
                                .filter(f -> f != null)
                                .findFirst()
                                .orElse(null)));
        claims.add(
                new Claim(
                        "%,d packets were between A and B, every one of them ESP (protocol 50)"
                                .formatted(wire.packets()),
                        wire.others() > 0
                                ? "%,d were not".formatted(wire.others())
                                : wire.packets() != arrived ? "more or fewer than arrived" : null));
        claims.add(
                new Claim(
                        "jce decrypts %s to the same %,d packets"
                                .formatted(capture.getFileName(), traffic.packets()),
                        undecipherable(traffic, capture, decoder)));
        return new Proof(List.copyOf(claims));
    }

    /** Why the capture does not decrypt to what was sent, or null if it does. */
    static String undecipherable(Traffic traffic, Path capture, EspDecoder decoder)
            throws IOException {
        int fromA = 0;
        int fromB = 0;
        int number = 0;
        for (Packet packet : Traffic.read(capture)) {
            number++;
            try {
                byte[] inner = decoder.decode(packet.bytes());
                boolean isFromA = Ip.isFromA(inner);
                List<Packet> originals = isFromA ? traffic.fromA() : traffic.fromB();
                int index = isFromA ? fromA++ : fromB++;
                if (index >= originals.size()
                        || !Ip.isForwarded(originals.get(index).bytes(), inner, 1)) {
                    return "packet %d holds another packet than was sent".formatted(number);
                }
            } catch (GeneralSecurityException e) {
                return "packet %d: %s".formatted(number, e.getMessage());
            }
        }
        return number == traffic.packets()
                ? null
                : "the capture has %,d packets of %,d".formatted(number, traffic.packets());
    }
}
