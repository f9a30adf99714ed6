package io.esplanade.engine.esp;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.os.Mem;

/** What both directions know of the ESP packet format (RFC 4303 §2, RFC 4106). */
final class Esp {

    /** SPI and sequence number. */
    static final int HEADER = 8;

    /** Pad length and next header. */
    static final int TRAILER = 2;

    /** The nonce of RFC 4106 §4: four bytes of salt, eight of IV. */
    static final int NONCE = 12;

    static final int NEXT_HEADER_IPV4 = 4;
    static final int NEXT_HEADER_IPV6 = 41;
    static final int NEXT_HEADER_DUMMY = 59;

    private Esp() {}

    /**
     * Writes the AAD of RFC 4106 §5: the SPI and the sequence number, all 64 bits of it with ESN.
     *
     * @return its length
     */
    static int aad(long descriptor, int spi, long sequence, boolean esn) {
        long aad = descriptor + CryptoBurst.AAD;
        Mem.putIntBE(aad, spi);
        if (esn) {
            Mem.putLongBE(aad + 4, sequence);
            return 12;
        }
        Mem.putIntBE(aad + 4, (int) sequence);
        return 8;
    }
}
