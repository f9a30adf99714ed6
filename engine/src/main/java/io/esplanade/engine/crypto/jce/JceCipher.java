package io.esplanade.engine.crypto.jce;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.os.Mem;

import java.security.GeneralSecurityException;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A keyed cipher in one direction, used by one thread at a time. */
final class JceCipher {

    private final Cipher cipher;
    private final SecretKeySpec key;
    private final Operation direction;

    JceCipher(Cipher cipher, SecretKeySpec key, Operation direction) {
        this.cipher = cipher;
        this.key = key;
        this.direction = direction;
    }

    /** Does what the descriptor at {@code d} says. */
    Status run(long d) {
        if (Mem.getUnsignedByte(d + CryptoBurst.OPERATION) != direction.ordinal()) {
            return Status.ERROR;
        }
        int length = Mem.getInt(d + CryptoBurst.LENGTH);
        int tagLength = Mem.getUnsignedByte(d + CryptoBurst.TAG_LENGTH);
        long tag = Mem.getLong(d + CryptoBurst.TAG);
        boolean encrypt = direction == Operation.ENCRYPT;
        byte[] in = new byte[encrypt ? length : length + tagLength];
        Mem.copyTo(Mem.getLong(d + CryptoBurst.INPUT), in, 0, length);
        if (!encrypt) {
            Mem.copyTo(tag, in, length, tagLength);
        }
        byte[] out;
        try {
            out = doFinal(d, in, tagLength);
        } catch (AEADBadTagException e) {
            return Status.BAD_TAG;
        } catch (GeneralSecurityException e) {
            return Status.ERROR;
        }
        Mem.copyFrom(out, 0, Mem.getLong(d + CryptoBurst.OUTPUT), length);
        if (encrypt) {
            Mem.copyFrom(out, length, tag, tagLength);
        }
        return Status.OK;
    }

    private byte[] doFinal(long d, byte[] in, int tagLength) throws GeneralSecurityException {
        byte[] iv = Mem.bytes(d + CryptoBurst.IV, Mem.getUnsignedByte(d + CryptoBurst.IV_LENGTH));
        int mode = direction == Operation.ENCRYPT ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE;
        cipher.init(mode, key, new GCMParameterSpec(tagLength * Byte.SIZE, iv));
        cipher.updateAAD(Mem.bytes(d + CryptoBurst.AAD, Mem.getInt(d + CryptoBurst.AAD_LENGTH)));
        return cipher.doFinal(in);
    }
}
