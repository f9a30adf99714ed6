package io.esplanade.engine.ip;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** What scapy makes of packets; {@code make_ip_vectors.py} says how. */
final class IpVectors {

    private IpVectors() {}

    /** The words of all lines that begin with {@code kind}, without it. */
    static List<List<String>> of(String kind) {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                IpVectors.class.getResourceAsStream("ip-vectors.txt"),
                                StandardCharsets.US_ASCII))) {
            List<List<String>> all =
                    lines.lines()
                            .map(line -> List.of(line.split(" ")))
                            .filter(words -> words.getFirst().equals(kind))
                            .map(words -> words.subList(1, words.size()))
                            .toList();
            if (all.size() < 5) {
                throw new AssertionError("too few vectors: " + all.size());
            }
            return all;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
