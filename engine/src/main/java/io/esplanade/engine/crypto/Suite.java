package io.esplanade.engine.crypto;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The ESP algorithms: one row each, from which names, sizes and headroom follow.
 *
 * <p>Sizes are in bytes. Key material is laid out as IKE and {@code ip xfrm} have it: the key, then
 * the salt (RFC 4106 §8.1).
 */
public enum Suite {
    AES_GCM_16_128("aes128gcm16", "rfc4106(gcm(aes))", 16, 4, 8, 16, 4),
    AES_GCM_16_192("aes192gcm16", "rfc4106(gcm(aes))", 24, 4, 8, 16, 4),
    AES_GCM_16_256("aes256gcm16", "rfc4106(gcm(aes))", 32, 4, 8, 16, 4);

    private final String keyword;
    private final String xfrmName;
    private final int keyLength;
    private final int saltLength;
    private final int ivLength;
    private final int icvLength;
    private final int alignment;

    Suite(
            String keyword,
            String xfrmName,
            int keyLength,
            int saltLength,
            int ivLength,
            int icvLength,
            int alignment) {
        this.keyword = keyword;
        this.xfrmName = xfrmName;
        this.keyLength = keyLength;
        this.saltLength = saltLength;
        this.ivLength = ivLength;
        this.icvLength = icvLength;
        this.alignment = alignment;
    }

    /** The keyword in a strongSwan proposal, such as {@code aes128gcm16}. */
    public String keyword() {
        return keyword;
    }

    /** The algorithm's name in {@code ip xfrm state add … aead NAME}. */
    public String xfrmName() {
        return xfrmName;
    }

    /** Bytes of cipher key, salt not counted. */
    public int keyLength() {
        return keyLength;
    }

    /** Bytes of salt that follow the key. */
    public int saltLength() {
        return saltLength;
    }

    /** Bytes of IV in each packet. */
    public int ivLength() {
        return ivLength;
    }

    /** Bytes of integrity check value behind each packet. */
    public int icvLength() {
        return icvLength;
    }

    /** Bytes to whose multiple payload, padding and trailer are padded (RFC 4303 §2.4). */
    public int alignment() {
        return alignment;
    }

    /** Key and salt together: what a {@link KeyMaterial} of this suite holds. */
    public int keyMaterialLength() {
        return keyLength + saltLength;
    }

    /** Whether the IV must never repeat under a key, so that a static key needs a nonce store. */
    public boolean counterMode() {
        return true;
    }

    /** The suite whose keyword it is, case not counting. */
    public static Optional<Suite> ofKeyword(String keyword) {
        String wanted = keyword.toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(s -> s.keyword.equals(wanted)).findFirst();
    }
}
