package io.esplanade.bench.bed;

import java.util.Locale;

/** How long the inner IP packets are, in bytes. */
public enum FrameSize {
    B64(64),
    B512(512),
    B1400(1400),

    /**
     * The simple IMIX, 7:4:1 of 64, 570 and (instead of 1500, which would not fit a 1500-byte MTU
     * once encapsulated) 1400 bytes; 344 on average. A flow keeps its size, flows are mixed.
     */
    IMIX(64, 570, 64, 570, 64, 64, 1400, 64, 570, 64, 570, 64);

    private final int[] lengths;

    FrameSize(int... lengths) {
        this.lengths = lengths;
    }

    /** Bytes of the packets of flow {@code index} of a queue. */
    int length(int index) {
        return lengths[index % lengths.length];
    }

    /** Bytes of the shortest packet. */
    public int shortest() {
        return lengths[0];
    }

    /** As people write it: {@code 64 B}, {@code IMIX}. */
    public String label() {
        return this == IMIX ? "IMIX" : lengths[0] + " B";
    }

    /** As parameters have it: {@code 64}, {@code imix}. */
    public String keyword() {
        return this == IMIX ? "imix" : "" + lengths[0];
    }

    /**
     * The size with that keyword.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static FrameSize of(String keyword) {
        for (FrameSize size : values()) {
            if (size.keyword().equals(keyword.toLowerCase(Locale.ROOT))) {
                return size;
            }
        }
        throw new IllegalArgumentException("there is no frame size " + keyword);
    }
}
