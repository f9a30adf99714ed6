package io.esplanade.engine.crypto;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

/**
 * An array of crypto descriptors outside the heap, the unit of work between a worker and a
 * provider. Filled whole before it is submitted: a provider that reads an IV just written would
 * stall on store forwarding.
 *
 * <p>Each descriptor is two cache lines, of which the second is for what is no AEAD:
 *
 * <pre>
 *  0 context      u64  keyed context of the provider
 *  8 data         u64  address of the first byte to encrypt or decrypt, in place
 * 16 length       u32  bytes to encrypt or decrypt
 * 20 operation    u8   {@link Operation}
 * 21 status       u8   {@link Status}, written by the provider
 * 22 ivLength     u8
 * 23 tagLength    u8
 * 24 aad          16 bytes
 * 40              u32  unused
 * 44 aadLength    u32  bytes of {@code aad} that count
 * 48 iv           16 bytes
 * 64 authInput    u64  first byte that is authenticated where it lies
 * 72 authLength   u32  how many
 * 76 trailingLen  u32  how many bytes of {@code trailing} count, 0 or 4
 * 80 tag          u64  address of the ICV: written when encrypting, compared when decrypting
 * 88 trailing     u32  unsent bytes authenticated last (ESN's high half with a separate MAC)
 * </pre>
 *
 * <p>What is authenticated follows from the {@linkplain CipherMode.Construction construction} of
 * the context's suite. An AEAD: {@code aad}, then the ciphertext; the ICV is behind {@code data},
 * and bytes 64 to 91 mean nothing. {@code AUTHENTICATED_ONLY}: {@code aad}, then {@code authInput};
 * {@code length} is 0. {@code ENCRYPT_THEN_MAC}: {@code authInput}, which covers the ciphertext and
 * is not empty, then {@code trailing}; {@code aad} means nothing, and with the cipher NULL {@code
 * length} is 0. A provider may put the trailing bytes behind {@code authInput} for a while, where
 * the ICV is or nobody else writes. Where the ICV is wrong, nothing is decrypted, or what is at
 * {@code data} is of no use.
 *
 * <p>Belongs to one worker thread; while submitted, to the provider.
 */
public final class CryptoBurst implements AutoCloseable {

    /** Bytes from one descriptor to the next. */
    public static final int STRIDE = 128;

    public static final int CONTEXT = 0;
    public static final int DATA = 8;
    public static final int LENGTH = 16;
    public static final int OPERATION = 20;
    public static final int STATUS = 21;
    public static final int IV_LENGTH = 22;
    public static final int TAG_LENGTH = 23;
    public static final int AAD = 24;
    public static final int AAD_LENGTH = 44;
    public static final int IV = 48;
    public static final int AUTH_INPUT = 64;
    public static final int AUTH_LENGTH = 72;
    public static final int TRAILING_LENGTH = 76;
    public static final int TAG = 80;
    public static final int TRAILING = 88;

    /** What to do. */
    public enum Operation {
        ENCRYPT,
        DECRYPT
    }

    /** What came of it. */
    public enum Status {
        PENDING,
        OK,
        BAD_TAG,
        ERROR;

        private static final Status[] VALUES = values();
    }

    private static final int PENDING = Status.PENDING.ordinal();

    private final Region region;
    private final long base;
    private final int capacity;

    /** A burst with room for {@code capacity} operations. */
    public CryptoBurst(int capacity) {
        this.capacity = capacity;
        region = Region.map((long) capacity * STRIDE, "crypto descriptors");
        base = region.address();
    }

    public int capacity() {
        return capacity;
    }

    /** Absolute address of descriptor {@code index}. */
    public long address(int index) {
        return Mem.address(base + (long) index * STRIDE);
    }

    /** What all operations of a context have in common, as {@link #describe} wants it. */
    public static long form(Operation operation, int tagLength, int ivLength) {
        return (long) operation.ordinal() << 32
                | (long) PENDING << 40
                | (long) ivLength << 48
                | (long) tagLength << 56;
    }

    /**
     * Fills descriptor {@code index} with what all have; the caller then says the rest with {@link
     * #aead} or {@link #authenticated}.
     *
     * @param form of the context's operations, see {@link #form}
     * @param data address of the bytes to encrypt or decrypt, in place
     * @return the descriptor's address
     */
    public long describe(int index, long form, long context, long data, int length) {
        long d = address(index);
        Mem.putLong(d + CONTEXT, context);
        Mem.putLong(d + DATA, data);
        Mem.putLong(d + LENGTH, form | length & 0xffff_ffffL);
        return d;
    }

    /**
     * What all AEAD operations of a context have in common, as {@link #aead} wants it.
     *
     * @param salt the first four bytes of the IV, the first lowest
     */
    public static long aeadForm(int aadLength, int salt) {
        return aadLength | (long) salt << 32;
    }

    /**
     * Adds to descriptor {@code d} how many bytes of AAD there are, which the caller writes at the
     * offset {@link #AAD}, and how the IV begins, whose rest the caller writes.
     *
     * @param aeadForm see {@link #aeadForm}
     */
    public static void aead(long d, long aeadForm) {
        Mem.putLong(d + AAD_LENGTH, aeadForm); // and the salt, beside it
    }

    /**
     * Adds to descriptor {@code d} what is authenticated where it lies.
     *
     * @param input address of its first byte
     * @param tag address of the ICV
     * @param trailing bytes authenticated behind it, first byte lowest; what is not counted is 0
     */
    public static void authenticated(
            long d, long input, int length, long tag, int trailing, int trailingLength) {
        Mem.putLong(d + AUTH_INPUT, input);
        Mem.putInt(d + AUTH_LENGTH, length);
        Mem.putLong(d + TAG, tag);
        Mem.putInt(d + TRAILING, trailing);
        Mem.putInt(d + TRAILING_LENGTH, trailingLength);
    }

    public Status status(int index) {
        return Status.VALUES[Mem.getUnsignedByte(address(index) + STATUS)];
    }

    /** For providers: says what came of operation {@code index}. */
    public void status(int index, Status status) {
        Mem.putByte(address(index) + STATUS, status.ordinal());
    }

    @Override
    public void close() {
        region.close();
    }
}
