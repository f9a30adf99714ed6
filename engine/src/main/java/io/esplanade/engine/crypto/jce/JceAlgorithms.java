package io.esplanade.engine.crypto.jce;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.Encryption;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.crypto.jce.JceEncryptThenMac.MacFunction;

import java.security.GeneralSecurityException;

import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** Suites in the JDK's terms. */
final class JceAlgorithms {

    private static final int LEAST_GCM_TAG = 12;

    private JceAlgorithms() {}

    /** Whether it can be made of what the JDK has: its GCM knows no ICV of 8 bytes. */
    static boolean serves(Suite suite) {
        return switch (suite.mode()) {
            case GCM -> suite.icvLength() >= LEAST_GCM_TAG;
            default -> true;
        };
    }

    static JceContext newContext(Suite suite, byte[] cipherKey, byte[] macKey, Operation direction)
            throws GeneralSecurityException {
        return switch (suite.mode()) {
            case GCM, GCM_IIV -> aead("AES/GCM/NoPadding", "AES", cipherKey, direction, false);
            case GMAC -> aead("AES/GCM/NoPadding", "AES", cipherKey, direction, true);
            case CHACHA20_POLY1305, CHACHA20_POLY1305_IIV ->
                    aead("ChaCha20-Poly1305", "ChaCha20", cipherKey, direction, false);
            case CCM, CCM_IIV -> new JceCcm(direction, new SecretKeySpec(cipherKey, "AES"));
            case CBC, CTR, TRIPLE_DES_CBC, NULL -> {
                boolean none = suite.encryption() == Encryption.NULL;
                Cipher cipher = none ? null : Cipher.getInstance(transformation(suite));
                String keyName = cipher == null ? "" : cipher.getAlgorithm().split("/")[0];
                yield new JceEncryptThenMac(
                        direction,
                        cipher,
                        none ? null : new SecretKeySpec(cipherKey, keyName),
                        mac(suite.integrity(), macKey));
            }
        };
    }

    private static String transformation(Suite suite) {
        return switch (suite.mode()) {
            case CBC -> "AES/CBC/NoPadding";
            case CTR -> "AES/CTR/NoPadding";
            case TRIPLE_DES_CBC -> "DESede/CBC/NoPadding";
            default -> throw new AssertionError(suite);
        };
    }

    private static JceContext aead(
            String transformation, String name, byte[] key, Operation direction, boolean only)
            throws GeneralSecurityException {
        SecretKey secret = new SecretKeySpec(key, name);
        return new JceAead(direction, Cipher.getInstance(transformation), secret, only);
    }

    private static MacFunction mac(Integrity integrity, byte[] key)
            throws GeneralSecurityException {
        return switch (integrity) {
            case HMAC_SHA1_96 -> hmac("HmacSHA1", key);
            case HMAC_SHA2_256_128 -> hmac("HmacSHA256", key);
            case HMAC_SHA2_384_192 -> hmac("HmacSHA384", key);
            case HMAC_SHA2_512_256 -> hmac("HmacSHA512", key);
            case AES_XCBC_96 -> JceBlockMac.xcbc(new SecretKeySpec(key, "AES"));
            case AES_CMAC_96 -> JceBlockMac.cmac(new SecretKeySpec(key, "AES"));
            case NONE -> throw new AssertionError("encrypt-then-MAC without a MAC");
        };
    }

    private static MacFunction hmac(String name, byte[] key) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(name);
        mac.init(new SecretKeySpec(key, name));
        return (first, second) -> {
            mac.update(first);
            return mac.doFinal(second);
        };
    }
}
