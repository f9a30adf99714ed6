package io.esplanade.engine.esp;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;

/** What both directions know of the ESP packet format (RFC 4303 §2, RFC 4106). */
final class Esp {

    /** SPI and sequence number. */
    static final int HEADER = 8;

    /** The first padding bytes, 1, 2, 3, …, as one little-endian word (RFC 4303 §2.4). */
    static final long PADDING = 0x0807_0605_0403_0201L;

    /** Pad length and next header. */
    static final int TRAILER = 2;

    static final int NEXT_HEADER_IPV4 = 4;
    static final int NEXT_HEADER_IPV6 = 41;
    static final int NEXT_HEADER_DUMMY = 59;
    static final int NEXT_HEADER_AGGREGATE = 144; // AGGFRAG_PAYLOAD (RFC 9347 §6.1)

    private Esp() {}

    /** The next header of what is in a tunnel, by the flags of its mbuf. */
    static int nextHeader(int flags) {
        if ((flags & (Mbuf.DUMMY | Mbuf.AGGREGATE)) != 0) {
            return (flags & Mbuf.DUMMY) != 0 ? NEXT_HEADER_DUMMY : NEXT_HEADER_AGGREGATE;
        }
        return (flags & Mbuf.IPV6) != 0 ? NEXT_HEADER_IPV6 : NEXT_HEADER_IPV4;
    }

    /**
     * Describes what an AEAD does to {@code length} bytes at {@code payload}, behind which the ICV
     * is. The nonce is the salt and the IV (RFC 4106 §4, RFC 4309 §4, RFC 7634 §2).
     *
     * @param iv the IV, to be stored in machine order
     */
    static void aead(
            CryptoBurst burst,
            int slot,
            AssociationState sa,
            int worker,
            long payload,
            int length,
            long sequence,
            long iv) {
        long d = burst.describe(slot, sa.form(), sa.context(worker), payload, length);
        CryptoBurst.aead(d, sa.aeadForm());
        Mem.putLong(d + CryptoBurst.IV + sa.saltLength(), iv);
        aad(d, sa.spi(), sequence, sa.esn());
    }

    /**
     * Writes the AAD of RFC 4106 §5: the SPI and the sequence number, all 64 bits of it with ESN.
     */
    private static void aad(long descriptor, int spi, long sequence, boolean esn) {
        long aad = descriptor + CryptoBurst.AAD;
        if (esn) {
            Mem.putLongBE(aad, (long) spi << 32 | sequence >>> 32);
            Mem.putIntBE(aad + 8, (int) sequence);
        } else {
            Mem.putLongBE(aad, (long) spi << 32 | sequence & 0xffff_ffffL);
        }
    }
}
