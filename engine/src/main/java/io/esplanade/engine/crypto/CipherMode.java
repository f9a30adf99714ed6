package io.esplanade.engine.crypto;

/**
 * How a cipher is used in ESP: what goes into a packet besides the text, whatever the length of the
 * key. Sizes are in bytes.
 */
public enum CipherMode {
    GCM(Construction.AEAD, Iv.COUNTER, "rfc4106(gcm(aes))", 4, 8, 12, 4),
    GCM_IIV(Construction.AEAD, Iv.IMPLICIT, "", 4, 0, 12, 4),
    CCM(Construction.AEAD, Iv.COUNTER, "rfc4309(ccm(aes))", 3, 8, 11, 4),
    CCM_IIV(Construction.AEAD, Iv.IMPLICIT, "", 3, 0, 11, 4),
    CHACHA20_POLY1305(Construction.AEAD, Iv.COUNTER, "rfc7539esp(chacha20,poly1305)", 4, 8, 12, 4),
    CHACHA20_POLY1305_IIV(Construction.AEAD, Iv.IMPLICIT, "", 4, 0, 12, 4),
    GMAC(Construction.AUTHENTICATED_ONLY, Iv.COUNTER, "rfc4543(gcm(aes))", 4, 8, 12, 4),
    CBC(Construction.ENCRYPT_THEN_MAC, Iv.UNPREDICTABLE, "cbc(aes)", 0, 16, 16, 16),
    CTR(Construction.ENCRYPT_THEN_MAC, Iv.COUNTER, "rfc3686(ctr(aes))", 4, 8, 16, 4),
    TRIPLE_DES_CBC(Construction.ENCRYPT_THEN_MAC, Iv.UNPREDICTABLE, "cbc(des3_ede)", 0, 8, 8, 8),
    NULL(Construction.ENCRYPT_THEN_MAC, Iv.NONE, "ecb(cipher_null)", 0, 0, 0, 4);

    /** What of a packet is encrypted and what authenticated. */
    public enum Construction {
        /** One algorithm does both; SPI and sequence number are its additional data. */
        AEAD,
        /** Nothing is encrypted: IV and text are additional data too (RFC 4543 §3.3). */
        AUTHENTICATED_ONLY,
        /** A separate algorithm authenticates from the SPI to the end of the ciphertext. */
        ENCRYPT_THEN_MAC
    }

    /** What the IV of a packet must be. */
    public enum Iv {
        /** Never the same under one key; that it can be foretold does no harm. */
        COUNTER,
        /** The sequence number, which is not sent twice (RFC 8750). */
        IMPLICIT,
        /** Not to be foretold by who chooses the text (RFC 3602 §3). */
        UNPREDICTABLE,
        NONE
    }

    private final Construction construction;
    private final Iv iv;
    private final String xfrmName;
    private final int saltLength;
    private final int ivLength;
    private final int nonceLength;
    private final int alignment;

    CipherMode(
            Construction construction,
            Iv iv,
            String xfrmName,
            int saltLength,
            int ivLength,
            int nonceLength,
            int alignment) {
        this.construction = construction;
        this.iv = iv;
        this.xfrmName = xfrmName;
        this.saltLength = saltLength;
        this.ivLength = ivLength;
        this.nonceLength = nonceLength;
        this.alignment = alignment;
    }

    public Construction construction() {
        return construction;
    }

    public Iv iv() {
        return iv;
    }

    /** The kernel's name of it ({@code ip xfrm state add}); empty where the kernel has none. */
    public String xfrmName() {
        return xfrmName;
    }

    /** Bytes of salt that follow the key. */
    public int saltLength() {
        return saltLength;
    }

    /** Bytes of IV in each packet. */
    public int ivLength() {
        return ivLength;
    }

    /** Bytes of what the cipher begins with: salt, IV and, in CTR, the block counter. */
    public int nonceLength() {
        return nonceLength;
    }

    /** Bytes to whose multiple payload, padding and trailer are padded (RFC 4303 §2.4). */
    public int alignment() {
        return alignment;
    }
}
