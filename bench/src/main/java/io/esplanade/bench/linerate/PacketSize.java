package io.esplanade.bench.linerate;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How long the IP packets offered are, in bytes: all the same, or mixed. */
enum PacketSize {
    B64(64),
    B128(128),
    B256(256),
    B512(512),
    B1024(1024),
    B1280(1280),
    B1400(1400),

    /** The simple IMIX, 7:4:1, with a longest that fits an MTU of 1500 once encapsulated. */
    IMIX(64, 570, 64, 570, 64, 64, 1400, 64, 570, 64, 570, 64);

    private final int[] lengths;

    PacketSize(int... lengths) {
        this.lengths = lengths;
    }

    /** Bytes of packet {@code number} of a trial. */
    int length(long number) {
        return lengths[(int) (number % lengths.length)];
    }

    /** Bytes of packet on average. */
    double mean() {
        return Arrays.stream(lengths).average().orElseThrow();
    }

    /** As people write it: {@code 64 B}, {@code IMIX}. */
    String label() {
        return this == IMIX ? "IMIX" : lengths[0] + " B";
    }

    /** As options have it: {@code 64}, {@code imix}. */
    String keyword() {
        return this == IMIX ? "imix" : "" + lengths[0];
    }

    /** All keywords, for people. */
    static List<String> keywords() {
        return Arrays.stream(values()).map(PacketSize::keyword).toList();
    }

    /**
     * The size with that keyword.
     *
     * @throws IllegalArgumentException if there is none
     */
    static PacketSize of(String keyword) {
        return Arrays.stream(values())
                .filter(s -> s.keyword().equals(keyword.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no size %s: one of %s"
                                                .formatted(keyword, keywords())));
    }
}
