package io.esplanade.engine.crypto.jce;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.os.Mem;

import java.security.GeneralSecurityException;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/** Keyed algorithms in one direction, used by one thread at a time. */
abstract class JceContext {

    private final Operation direction;

    JceContext(Operation direction) {
        this.direction = direction;
    }

    /** Does what the descriptor at {@code d} says. */
    final Status run(long d) {
        if (Mem.getUnsignedByte(d + CryptoBurst.OPERATION) != direction.ordinal()) {
            return Status.ERROR;
        }
        try {
            return direction == Operation.ENCRYPT ? encrypt(d) : decrypt(d);
        } catch (AEADBadTagException e) {
            return Status.BAD_TAG;
        } catch (GeneralSecurityException e) {
            return Status.ERROR;
        }
    }

    abstract Status encrypt(long d) throws GeneralSecurityException;

    abstract Status decrypt(long d) throws GeneralSecurityException;

    /** Its direction as {@link Cipher#init} has it. */
    final int mode() {
        return direction == Operation.ENCRYPT ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE;
    }

    static byte[] iv(long d) {
        return Mem.bytes(d + CryptoBurst.IV, Mem.getUnsignedByte(d + CryptoBurst.IV_LENGTH));
    }

    static byte[] aad(long d) {
        return Mem.bytes(d + CryptoBurst.AAD, Mem.getInt(d + CryptoBurst.AAD_LENGTH));
    }

    static byte[] authInput(long d) {
        return Mem.bytes(
                Mem.getLong(d + CryptoBurst.AUTH_INPUT), Mem.getInt(d + CryptoBurst.AUTH_LENGTH));
    }

    static byte[] trailing(long d) {
        return Mem.bytes(d + CryptoBurst.TRAILING, Mem.getInt(d + CryptoBurst.TRAILING_LENGTH));
    }

    static byte[] input(long d) {
        return Mem.bytes(Mem.getLong(d + CryptoBurst.DATA), Mem.getInt(d + CryptoBurst.LENGTH));
    }

    static void output(long d, byte[] bytes, int length) {
        Mem.copyFrom(bytes, 0, Mem.getLong(d + CryptoBurst.DATA), length);
    }

    static int tagLength(long d) {
        return Mem.getUnsignedByte(d + CryptoBurst.TAG_LENGTH);
    }

    /** Where the ICV is. */
    long tagAddress(long d) {
        return Mem.getLong(d + CryptoBurst.TAG);
    }

    /** Where the ICV of an AEAD is. */
    static long behindData(long d) {
        return Mem.getLong(d + CryptoBurst.DATA) + Mem.getInt(d + CryptoBurst.LENGTH);
    }

    final byte[] tag(long d) {
        return Mem.bytes(tagAddress(d), tagLength(d));
    }

    final void tag(long d, byte[] bytes, int offset) {
        Mem.copyFrom(bytes, offset, tagAddress(d), tagLength(d));
    }
}
