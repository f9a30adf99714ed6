package io.esplanade.engine.crypto.jce;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/** CCM (RFC 3610), which the JDK lacks, from CTR and CBC, which it has. */
final class JceCcm extends JceContext {

    private static final int BLOCK = 16;
    private static final int WITH_AAD = 0x40;

    private final Cipher ctr;
    private final Cipher cbc;
    private final SecretKey key;

    JceCcm(Operation direction, SecretKey key) throws GeneralSecurityException {
        super(direction);
        ctr = Cipher.getInstance("AES/CTR/NoPadding");
        cbc = Cipher.getInstance("AES/CBC/NoPadding");
        this.key = key;
    }

    @Override
    long tagAddress(long d) {
        return behindData(d);
    }

    @Override
    Status encrypt(long d) throws GeneralSecurityException {
        byte[] text = input(d);
        byte[] mac = mac(d, text);
        beginCtr(d);
        byte[] tag = ctr.update(mac); // S_0, a whole block
        output(d, ctr.doFinal(text), text.length);
        tag(d, tag, 0);
        return Status.OK;
    }

    @Override
    Status decrypt(long d) throws GeneralSecurityException {
        beginCtr(d);
        byte[] mac = ctr.update(Arrays.copyOf(tag(d), BLOCK));
        byte[] text = ctr.doFinal(input(d));
        byte[] wanted = Arrays.copyOf(mac(d, text), tagLength(d));
        if (!MessageDigest.isEqual(wanted, Arrays.copyOf(mac, tagLength(d)))) {
            return Status.BAD_TAG;
        }
        output(d, text, text.length);
        return Status.OK;
    }

    /** §2.3: counter block 0 is for the tag, the text begins with 1. */
    private void beginCtr(long d) throws GeneralSecurityException {
        byte[] iv = iv(d);
        byte[] block = new byte[BLOCK];
        block[0] = (byte) (BLOCK - 2 - iv.length); // L - 1
        System.arraycopy(iv, 0, block, 1, iv.length);
        ctr.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(block));
    }

    /** §2.2: CBC-MAC over the first block, the additional data with its length, and the text. */
    private byte[] mac(long d, byte[] text) throws GeneralSecurityException {
        byte[] iv = iv(d);
        byte[] aad = aad(d);
        int aadRoom = aad.length == 0 ? 0 : padded(2 + aad.length);
        ByteBuffer blocks = ByteBuffer.allocate(BLOCK + aadRoom + padded(text.length));
        int lengthBytes = BLOCK - 1 - iv.length;
        int flags = (aad.length == 0 ? 0 : WITH_AAD) | (tagLength(d) - 2) / 2 << 3;
        blocks.putInt(BLOCK - Integer.BYTES, text.length); // its place has 4 bytes with our nonce
        blocks.put((byte) (flags | lengthBytes - 1)).put(iv);
        if (aad.length > 0) {
            blocks.position(BLOCK).putShort((short) aad.length).put(aad);
        }
        blocks.position(BLOCK + aadRoom).put(text);
        cbc.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[BLOCK]));
        byte[] chained = cbc.doFinal(blocks.array());
        return Arrays.copyOfRange(chained, chained.length - BLOCK, chained.length);
    }

    private static int padded(int length) {
        return Math.ceilDiv(length, BLOCK) * BLOCK;
    }
}
