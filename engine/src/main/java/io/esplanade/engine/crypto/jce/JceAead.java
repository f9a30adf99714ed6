package io.esplanade.engine.crypto.jce;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/** GCM, ChaCha20-Poly1305, and GMAC, which is GCM with additional data only. */
final class JceAead extends JceContext {

    private final Cipher cipher;
    private final SecretKey key;
    private final boolean authenticatesOnly;

    JceAead(Operation direction, Cipher cipher, SecretKey key, boolean authenticatesOnly) {
        super(direction);
        this.cipher = cipher;
        this.key = key;
        this.authenticatesOnly = authenticatesOnly;
    }

    @Override
    long tagAddress(long d) {
        return authenticatesOnly ? super.tagAddress(d) : behindData(d);
    }

    @Override
    Status encrypt(long d) throws GeneralSecurityException {
        begin(d);
        byte[] in = input(d);
        byte[] out = cipher.doFinal(in);
        output(d, out, in.length);
        tag(d, out, in.length);
        return Status.OK;
    }

    @Override
    Status decrypt(long d) throws GeneralSecurityException {
        begin(d);
        byte[] text = input(d);
        byte[] in = Arrays.copyOf(text, text.length + tagLength(d));
        System.arraycopy(tag(d), 0, in, text.length, tagLength(d));
        output(d, cipher.doFinal(in), text.length);
        return Status.OK;
    }

    private void begin(long d) throws GeneralSecurityException {
        AlgorithmParameterSpec nonce =
                cipher.getAlgorithm().startsWith("AES")
                        ? new GCMParameterSpec(tagLength(d) * Byte.SIZE, iv(d))
                        : new IvParameterSpec(iv(d));
        cipher.init(mode(), key, nonce);
        cipher.updateAAD(aad(d));
        if (authenticatesOnly) {
            cipher.updateAAD(authInput(d));
        }
    }
}
