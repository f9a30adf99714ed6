package io.esplanade.engine.crypto.jce;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/** A cipher, or none, and a MAC. */
final class JceEncryptThenMac extends JceContext {

    /** A keyed MAC. */
    @FunctionalInterface
    interface MacFunction {
        /** The whole MAC of the first message followed by the second. */
        byte[] of(byte[] first, byte[] second) throws GeneralSecurityException;
    }

    private final Cipher cipher;
    private final SecretKey key;
    private final MacFunction mac;

    /**
     * @param cipher what encrypts, or null
     * @param key its key, or null
     */
    JceEncryptThenMac(Operation direction, Cipher cipher, SecretKey key, MacFunction mac) {
        super(direction);
        this.cipher = cipher;
        this.key = key;
        this.mac = mac;
    }

    @Override
    Status encrypt(long d) throws GeneralSecurityException {
        crypt(d);
        tag(d, mac.of(authInput(d), trailing(d)), 0);
        return Status.OK;
    }

    @Override
    Status decrypt(long d) throws GeneralSecurityException {
        byte[] wanted = mac.of(authInput(d), trailing(d));
        if (!MessageDigest.isEqual(Arrays.copyOf(wanted, tagLength(d)), tag(d))) {
            return Status.BAD_TAG;
        }
        crypt(d);
        return Status.OK;
    }

    private void crypt(long d) throws GeneralSecurityException {
        byte[] in = input(d);
        if (in.length > 0) {
            cipher.init(mode(), key, new IvParameterSpec(iv(d)));
            output(d, cipher.doFinal(in), in.length);
        }
    }
}
