package io.esplanade.engine.crypto.jce;

import io.esplanade.engine.crypto.jce.JceEncryptThenMac.MacFunction;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-CMAC (RFC 4493) and AES-XCBC-MAC (RFC 3566), which the JDK lacks, from CBC, which it has: the
 * last block of a message is XORed with one key if it is whole and with another if it is padded.
 */
final class JceBlockMac implements MacFunction {

    private static final int BLOCK = 16;
    private static final BigInteger POLYNOMIAL =
            BigInteger.ONE.shiftLeft(128).setBit(7).setBit(2).setBit(1).setBit(0);

    private final Cipher cbc;
    private final SecretKey key;
    private final byte[] whole;
    private final byte[] padded;

    private JceBlockMac(Cipher cbc, SecretKey key, byte[] whole, byte[] padded) {
        this.cbc = cbc;
        this.key = key;
        this.whole = whole;
        this.padded = padded;
    }

    static JceBlockMac cmac(SecretKey key) throws GeneralSecurityException {
        Cipher cbc = Cipher.getInstance("AES/CBC/NoPadding");
        byte[] once = twice(last(cbc, key, new byte[BLOCK]));
        return new JceBlockMac(cbc, key, once, twice(once));
    }

    static JceBlockMac xcbc(SecretKey key) throws GeneralSecurityException {
        Cipher cbc = Cipher.getInstance("AES/CBC/NoPadding");
        byte[][] keys = new byte[3][BLOCK];
        for (int i = 0; i < keys.length; i++) {
            Arrays.fill(keys[i], (byte) (i + 1));
            keys[i] = last(cbc, key, keys[i]);
        }
        return new JceBlockMac(cbc, new SecretKeySpec(keys[0], "AES"), keys[1], keys[2]);
    }

    /** The block as a polynomial times x, modulo that of RFC 4493 §2.3. */
    private static byte[] twice(byte[] block) {
        BigInteger doubled = new BigInteger(1, block).shiftLeft(1);
        if (doubled.testBit(BLOCK * Byte.SIZE)) {
            doubled = doubled.xor(POLYNOMIAL);
        }
        byte[] bytes = doubled.toByteArray(); // shorter with zeros in front, longer with a sign
        byte[] result = new byte[BLOCK];
        int length = Math.min(bytes.length, BLOCK);
        System.arraycopy(bytes, bytes.length - length, result, BLOCK - length, length);
        return result;
    }

    @Override
    public byte[] of(byte[] first, byte[] second) throws GeneralSecurityException {
        int length = first.length + second.length;
        int blocks = Math.max(1, Math.ceilDiv(length, BLOCK));
        byte[] message = Arrays.copyOf(first, blocks * BLOCK);
        System.arraycopy(second, 0, message, first.length, second.length);
        byte[] mask = whole;
        if (length < message.length) {
            message[length] = (byte) 0x80;
            mask = padded;
        }
        for (int i = 0; i < BLOCK; i++) {
            message[message.length - BLOCK + i] ^= mask[i];
        }
        return last(cbc, key, message);
    }

    /** The last block of CBC with an IV of zeros. */
    private static byte[] last(Cipher cbc, SecretKey key, byte[] message)
            throws GeneralSecurityException {
        cbc.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[BLOCK]));
        byte[] chained = cbc.doFinal(message);
        return Arrays.copyOfRange(chained, chained.length - BLOCK, chained.length);
    }
}
