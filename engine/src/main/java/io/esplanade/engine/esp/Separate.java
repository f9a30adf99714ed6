package io.esplanade.engine.esp;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.os.Mem;

/**
 * Describes cryptography that is not an AEAD's: a cipher and a MAC of its own, or the MAC alone.
 *
 * <p>CBC wants an IV that cannot be foretold. Ours is a block made of the sequence number, which
 * never repeats, encrypted under the SA's key: the first method of NIST SP 800-38A, appendix C. The
 * encapsulator leaves that block where the IV belongs, and encrypting from there, with a first IV
 * of zeros, turns it into the IV and chains the text to it. That costs one block and no call, state
 * or randomness per packet, and asks nothing special of a provider.
 */
final class Separate {

    /** RFC 3686 §4: the block counter begins with 1. */
    private static final int FIRST_BLOCK = Integer.reverseBytes(1);

    private Separate() {}

    /**
     * Describes what is done with {@code length} bytes at {@code payload}, before which ESP header
     * and IV are and behind which the ICV is.
     */
    static void describe(
            CryptoBurst burst,
            int slot,
            Operation operation,
            AssociationState sa,
            int worker,
            long payload,
            int length,
            long sequence) {
        long iv = payload - sa.ivLength();
        switch (sa.mode()) {
            case GMAC -> gmac(burst, slot, sa, worker, payload, length, sequence);
            case CTR -> {
                long d = cipher(burst, slot, sa, worker, payload, length, sequence);
                Mem.putInt(d + CryptoBurst.IV, sa.salt());
                Mem.putLong(d + CryptoBurst.IV + 4, Mem.getLong(iv));
                Mem.putInt(d + CryptoBurst.IV + 12, FIRST_BLOCK);
            }
            case CBC, TRIPLE_DES_CBC -> {
                boolean encrypt = operation == Operation.ENCRYPT;
                long d = cipher(burst, slot, sa, worker, payload, length, sequence);
                boolean whole = sa.ivLength() > Long.BYTES;
                Mem.putLong(d + CryptoBurst.IV, encrypt ? 0 : Mem.getLong(iv));
                Mem.putLong(
                        d + CryptoBurst.IV + 8,
                        encrypt || !whole ? 0 : Mem.getLong(iv + Long.BYTES));
                if (encrypt) {
                    Mem.putLong(d + CryptoBurst.DATA, iv);
                    Mem.putInt(d + CryptoBurst.LENGTH, sa.ivLength() + length);
                }
            }
            case NULL -> {
                long d = cipher(burst, slot, sa, worker, payload, length, sequence);
                Mem.putInt(d + CryptoBurst.LENGTH, 0);
            }
            default -> throw new AssertionError(sa.mode());
        }
    }

    /** What all of encrypt-then-MAC have: RFC 4303 §3.3.2.1; with ESN, §2.2.1. */
    private static long cipher(
            CryptoBurst burst,
            int slot,
            AssociationState sa,
            int worker,
            long payload,
            int length,
            long sequence) {
        long d = burst.describe(slot, sa.form(), sa.context(worker), payload, length);
        int before = Esp.HEADER + sa.ivLength();
        int high = Integer.reverseBytes((int) (sequence >>> 32));
        CryptoBurst.authenticated(
                d,
                payload - before,
                before + length,
                payload + length,
                sa.esn() ? high : 0,
                sa.esn() ? 4 : 0);
        return d;
    }

    /** RFC 4543 §3.3: SPI, sequence number, IV and text are authenticated, nothing encrypted. */
    private static void gmac(
            CryptoBurst burst,
            int slot,
            AssociationState sa,
            int worker,
            long payload,
            int length,
            long sequence) {
        long iv = payload - sa.ivLength();
        Esp.aead(burst, slot, sa, worker, payload, length, sequence, Mem.getLong(iv));
        long d = burst.address(slot);
        Mem.putInt(d + CryptoBurst.LENGTH, 0);
        CryptoBurst.authenticated(d, iv, sa.ivLength() + length, payload + length, 0, 0);
    }
}
