package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.Encryption;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.os.Mem;
import io.esplanade.ffi.openssl.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * AES-XCBC-MAC (RFC 3566), which libcrypto lacks, made of CMAC, which it has.
 *
 * <p>Both are a CBC-MAC that treats the last block otherwise. XCBC, under K1, XORs K2 into a whole
 * last block and K3 into one that had to be padded. CMAC under K1 XORs S1, its first subkey, into a
 * whole last block. So if the last block is padded here and K2 ⊕ S1 or K3 ⊕ S1 is XORed into it
 * first, CMAC makes of it what XCBC would.
 */
final class Xcbc {

    private static final int BLOCK = 16;
    private static final int POLYNOMIAL = 0x87; // RFC 4493 §2.3

    private Xcbc() {}

    /** Derives XCBC's keys from {@code key} and gives them to {@code context}. */
    static void key(long context, OpenSslAlgorithms algorithms, MemorySegment key)
            throws CryptoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keys = arena.allocate(4 * BLOCK); // K1, K2, K3, S1
            try {
                MemorySegment cipher = algorithms.cipher(Encryption.AES_CBC_128);
                for (int i = 0; i < 3; i++) {
                    MemorySegment derived = keys.asSlice((long) i * BLOCK, BLOCK);
                    derived.fill((byte) (i + 1));
                    encryptBlock(cipher, key, derived, arena);
                }
                MemorySegment k1 = keys.asSlice(0, BLOCK);
                long k2 = keys.address() + BLOCK;
                long k3 = k2 + BLOCK;
                long s1 = k3 + BLOCK;
                encryptBlock(cipher, k1, keys.asSlice(3 * BLOCK, BLOCK), arena);
                twice(s1);
                for (int i = 0; i < BLOCK; i += Long.BYTES) {
                    long s = Mem.getLong(s1 + i);
                    Mem.putLong(context + OpenSslContext.WHOLE + i, Mem.getLong(k2 + i) ^ s);
                    Mem.putLong(context + OpenSslContext.PARTIAL + i, Mem.getLong(k3 + i) ^ s);
                }
                Mem.putLong(
                        context + OpenSslContext.MAC,
                        algorithms.newMac(Integrity.AES_XCBC_96, k1).address());
            } finally {
                libcrypto.OPENSSL_cleanse(keys, keys.byteSize());
            }
        }
    }

    /** Encrypts one block in place: CBC with an IV of zeros is the bare cipher. */
    private static void encryptBlock(
            MemorySegment cipher, MemorySegment key, MemorySegment block, Arena arena)
            throws CryptoException {
        MemorySegment context = libcrypto.EVP_CIPHER_CTX_new();
        try {
            MemorySegment zeros = arena.allocate(BLOCK);
            MemorySegment written = arena.allocate(Integer.BYTES, Integer.BYTES);
            if (libcrypto.EVP_EncryptInit_ex2(context, cipher, key, zeros, MemorySegment.NULL) != 1
                    || libcrypto.EVP_EncryptUpdate(context, block, written, block, BLOCK) != 1) {
                throw OpenSslErrors.exception("cannot derive the keys of aesxcbc");
            }
        } finally {
            libcrypto.EVP_CIPHER_CTX_free(context);
        }
    }

    /** Doubles the block in GF(2¹²⁸), as CMAC does to make S1 (RFC 4493 §2.3). */
    private static void twice(long block) {
        long high = Long.reverseBytes(Mem.getLong(block));
        long low = Long.reverseBytes(Mem.getLong(block + Long.BYTES));
        Mem.putLongBE(block, high << 1 | low >>> 63);
        Mem.putLongBE(block + Long.BYTES, low << 1 ^ (high >>> 63) * POLYNOMIAL);
    }

    /**
     * Feeds CMAC what makes it compute XCBC of what the descriptor at {@code d} authenticates.
     *
     * @param scratch a block of memory
     */
    static boolean update(long d, long context, long mac, long scratch) {
        long input = Mem.getLong(d + CryptoBurst.AUTH_INPUT);
        int length = Mem.getInt(d + CryptoBurst.AUTH_LENGTH);
        long trailing = d + CryptoBurst.TRAILING;
        int trailingLength = Mem.getInt(d + CryptoBurst.TRAILING_LENGTH);
        int total = length + trailingLength;
        int last = total == 0 ? 0 : (total - 1) % BLOCK + 1;

        int before = Math.min(total - last, length);
        int beforeTrailing = total - last - before;
        if (before > 0 && !Evp.macUpdate(mac, input, before)
                || beforeTrailing > 0 && !Evp.macUpdate(mac, trailing, beforeTrailing)) {
            return false;
        }
        Mem.putLong(scratch, 0);
        Mem.putLong(scratch + Long.BYTES, 0);
        Mem.copy(input + before, scratch, length - before);
        Mem.copy(
                trailing + beforeTrailing,
                scratch + length - before,
                trailingLength - beforeTrailing);
        long mask = context + OpenSslContext.WHOLE;
        if (last < BLOCK) {
            Mem.putByte(scratch + last, 0x80);
            mask = context + OpenSslContext.PARTIAL;
        }
        for (int i = 0; i < BLOCK; i += Long.BYTES) {
            Mem.putLong(scratch + i, Mem.getLong(scratch + i) ^ Mem.getLong(mask + i));
        }
        return Evp.macUpdate(mac, scratch, BLOCK);
    }
}
