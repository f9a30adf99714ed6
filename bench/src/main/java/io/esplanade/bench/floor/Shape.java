package io.esplanade.bench.floor;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.CipherMode.Construction;
import io.esplanade.engine.crypto.CipherMode.Iv;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.Suite;

/**
 * What of a tunnel packet a suite encrypts and authenticates, as the ESP code has it. Lengths are
 * in bytes; "before" counts back from the payload.
 *
 * @param payload the inner packet, padding and trailer
 * @param esn whether the additional data has all of a 64-bit sequence number; only for AEADs
 */
public record Shape(Suite suite, Operation operation, int payload, boolean esn) {

    /** SPI and sequence number. */
    private static final int ESP_HEADER = 8;

    private static final int TRAILER = 2;

    /**
     * The shape of packets of {@code size} bytes.
     *
     * @param size of the inner packet
     */
    public static Shape of(Suite suite, Operation operation, int size, boolean esn) {
        int least = size + TRAILER;
        return new Shape(suite, operation, least + (-least & suite.alignment() - 1), esn);
    }

    private CipherMode mode() {
        return suite.mode();
    }

    private boolean separate() {
        return mode().construction() == Construction.ENCRYPT_THEN_MAC;
    }

    /** What is encrypted with the payload: CBC's IV, which an encryption of its place makes. */
    int textBefore() {
        boolean made = mode().iv() == Iv.UNPREDICTABLE && operation == Operation.ENCRYPT;
        return made ? suite.ivLength() : 0;
    }

    /** What is encrypted. */
    int textLength() {
        boolean clear = mode() == CipherMode.GMAC || mode() == CipherMode.NULL;
        return clear ? 0 : textBefore() + payload;
    }

    /** What is authenticated where it lies. */
    int authBefore() {
        return switch (mode().construction()) {
            case AEAD -> 0;
            case AUTHENTICATED_ONLY -> suite.ivLength();
            case ENCRYPT_THEN_MAC -> ESP_HEADER + suite.ivLength();
        };
    }

    int authLength() {
        return mode().construction() == Construction.AEAD ? 0 : authBefore() + payload;
    }

    int aadLength() {
        return separate() ? 0 : esn ? ESP_HEADER + 4 : ESP_HEADER;
    }

    int nonceLength() {
        return mode().nonceLength();
    }

    int tagLength() {
        return suite.icvLength();
    }
}
