package io.esplanade.engine.crypto.ipsecmb;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.LockedSlots;
import io.esplanade.engine.os.Mem;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a context is: a {@code struct ipsecmb_context} of the C library, only read once it is made.
 *
 * <pre>
 *  0 cipher       u32
 *  4 mac          u32
 *  8 operation    u32  {@link Operation}
 * 12 keyLength    u32  bytes of cipher key
 * 16 nonceLength  u32  bytes of IV that an operation must have
 * 20 tagLength    u32  bytes of ICV that an operation must have
 * 64 keys              as ipsec-mb wants them
 * </pre>
 *
 * <p>The process knows every context there is, and frees each once. Thread-safe.
 */
final class IpsecMbContext {

    private static final int CIPHER = 0;
    private static final int MAC = 4;
    private static final int OPERATION = 8;
    private static final int KEY_LENGTH = 12;
    private static final int NONCE_LENGTH = 16;
    private static final int TAG_LENGTH = 20;

    private static final LockedSlots MEMORY = new LockedSlots(IpsecMb.contextSize(), "contexts");
    private static final Set<Long> MADE = ConcurrentHashMap.newKeySet();

    private IpsecMbContext() {}

    static boolean serves(Suite suite) {
        return IpsecMb.serves(cipher(suite), suite.keyLength());
    }

    /**
     * @param queue any queue: it says which instructions the keys are for
     */
    static long make(long queue, Suite suite, KeyMaterial key, Operation direction)
            throws CryptoException {
        long cipherKey = key.segment().address();
        long macKey = cipherKey + suite.keyLength() + suite.saltLength();
        long context = MEMORY.allocate();
        Mem.putInt(context + CIPHER, cipher(suite));
        Mem.putInt(context + MAC, mac(suite.integrity()));
        Mem.putInt(context + OPERATION, direction.ordinal());
        Mem.putInt(context + KEY_LENGTH, suite.keyLength());
        Mem.putInt(context + NONCE_LENGTH, suite.mode().nonceLength());
        Mem.putInt(context + TAG_LENGTH, suite.icvLength());
        if (!IpsecMb.key(queue, context, cipherKey, macKey)) {
            MEMORY.free(context);
            throw new CryptoException("ipsec-mb cannot key " + suite.keyword());
        }
        MADE.add(context);
        return context;
    }

    /** The number that the C library's {@code enum cipher} gives it. */
    private static int cipher(Suite suite) {
        return switch (suite.mode()) {
            case GCM, GCM_IIV -> 0;
            case GMAC -> 1;
            case CCM, CCM_IIV -> 2;
            case CHACHA20_POLY1305, CHACHA20_POLY1305_IIV -> 3;
            case CBC -> 4;
            case CTR -> 5;
            case TRIPLE_DES_CBC -> 6;
            case NULL -> 7;
        };
    }

    /** The number that the C library's {@code enum mac} gives it. */
    private static int mac(Integrity integrity) {
        return switch (integrity) {
            case NONE -> 0;
            case HMAC_SHA1_96 -> 1;
            case HMAC_SHA2_256_128 -> 2;
            case HMAC_SHA2_384_192 -> 3;
            case HMAC_SHA2_512_256 -> 4;
            case AES_XCBC_96 -> 5;
            case AES_CMAC_96 -> 6;
        };
    }

    /** Wipes and frees it. */
    static void free(long context) {
        if (!MADE.remove(context)) {
            throw new IllegalArgumentException("no context of ipsec-mb, or freed before");
        }
        MEMORY.free(context);
    }

    static int made() {
        return MADE.size();
    }
}
