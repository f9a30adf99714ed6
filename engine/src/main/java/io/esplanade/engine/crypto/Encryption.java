package io.esplanade.engine.crypto;

import static io.esplanade.engine.crypto.Requirement.MAY;
import static io.esplanade.engine.crypto.Requirement.MUST;
import static io.esplanade.engine.crypto.Requirement.SHOULD;
import static io.esplanade.engine.crypto.Requirement.SHOULD_NOT;

/**
 * The encryption algorithms of ESP, one row each: keyword, mode, bytes of key, bytes of ICV (0
 * where a separate algorithm makes it) and RFC 8221's word on it. AEADs are here too, as in IKE.
 */
public enum Encryption {
    AES_GCM_16_128("aes128gcm16", CipherMode.GCM, 16, 16, MUST),
    AES_GCM_16_192("aes192gcm16", CipherMode.GCM, 24, 16, MAY),
    AES_GCM_16_256("aes256gcm16", CipherMode.GCM, 32, 16, MUST),
    AES_GCM_12_128("aes128gcm12", CipherMode.GCM, 16, 12, MAY),
    AES_GCM_12_192("aes192gcm12", CipherMode.GCM, 24, 12, MAY),
    AES_GCM_12_256("aes256gcm12", CipherMode.GCM, 32, 12, MAY),
    AES_GCM_8_128("aes128gcm8", CipherMode.GCM, 16, 8, MAY),
    AES_GCM_8_192("aes192gcm8", CipherMode.GCM, 24, 8, MAY),
    AES_GCM_8_256("aes256gcm8", CipherMode.GCM, 32, 8, MAY),
    AES_GCM_16_IIV_128("aes128gcm16iiv", CipherMode.GCM_IIV, 16, 16, MAY),
    AES_GCM_16_IIV_192("aes192gcm16iiv", CipherMode.GCM_IIV, 24, 16, MAY),
    AES_GCM_16_IIV_256("aes256gcm16iiv", CipherMode.GCM_IIV, 32, 16, MAY),
    AES_CCM_16_128("aes128ccm16", CipherMode.CCM, 16, 16, MAY),
    AES_CCM_16_192("aes192ccm16", CipherMode.CCM, 24, 16, MAY),
    AES_CCM_16_256("aes256ccm16", CipherMode.CCM, 32, 16, MAY),
    AES_CCM_12_128("aes128ccm12", CipherMode.CCM, 16, 12, MAY),
    AES_CCM_12_192("aes192ccm12", CipherMode.CCM, 24, 12, MAY),
    AES_CCM_12_256("aes256ccm12", CipherMode.CCM, 32, 12, MAY),
    AES_CCM_8_128("aes128ccm8", CipherMode.CCM, 16, 8, SHOULD), // for the Internet of Things
    AES_CCM_8_192("aes192ccm8", CipherMode.CCM, 24, 8, MAY),
    AES_CCM_8_256("aes256ccm8", CipherMode.CCM, 32, 8, SHOULD),
    AES_CCM_8_IIV_128("aes128ccm8iiv", CipherMode.CCM_IIV, 16, 8, MAY),
    AES_CCM_8_IIV_192("aes192ccm8iiv", CipherMode.CCM_IIV, 24, 8, MAY),
    AES_CCM_8_IIV_256("aes256ccm8iiv", CipherMode.CCM_IIV, 32, 8, MAY),
    CHACHA20_POLY1305("chacha20poly1305", CipherMode.CHACHA20_POLY1305, 32, 16, SHOULD),
    CHACHA20_POLY1305_IIV("chacha20poly1305iiv", CipherMode.CHACHA20_POLY1305_IIV, 32, 16, MAY),
    AES_GMAC_128("aes128gmac", CipherMode.GMAC, 16, 16, MAY),
    AES_GMAC_192("aes192gmac", CipherMode.GMAC, 24, 16, MAY),
    AES_GMAC_256("aes256gmac", CipherMode.GMAC, 32, 16, MAY),
    AES_CBC_128("aes128", CipherMode.CBC, 16, 0, MUST),
    AES_CBC_192("aes192", CipherMode.CBC, 24, 0, MAY),
    AES_CBC_256("aes256", CipherMode.CBC, 32, 0, MUST),
    AES_CTR_128("aes128ctr", CipherMode.CTR, 16, 0, MAY),
    AES_CTR_192("aes192ctr", CipherMode.CTR, 24, 0, MAY),
    AES_CTR_256("aes256ctr", CipherMode.CTR, 32, 0, MAY),
    TRIPLE_DES_CBC("3des", CipherMode.TRIPLE_DES_CBC, 24, 0, SHOULD_NOT),
    NULL("null", CipherMode.NULL, 0, 0, MUST);

    private final String keyword;
    private final CipherMode mode;
    private final int keyLength;
    private final int icvLength;
    private final Requirement requirement;

    Encryption(
            String keyword,
            CipherMode mode,
            int keyLength,
            int icvLength,
            Requirement requirement) {
        this.keyword = keyword;
        this.mode = mode;
        this.keyLength = keyLength;
        this.icvLength = icvLength;
        this.requirement = requirement;
    }

    /** The keyword in a strongSwan proposal; those of RFC 8750, which it lacks, end in "iiv". */
    public String keyword() {
        return keyword;
    }

    public CipherMode mode() {
        return mode;
    }

    /** Bytes of cipher key, salt not counted. */
    public int keyLength() {
        return keyLength;
    }

    /** Bytes of ICV that it makes itself; 0 if a separate {@link Integrity} is needed. */
    public int icvLength() {
        return icvLength;
    }

    /** Whether it authenticates too, so that there is no separate {@link Integrity}. */
    public boolean authenticates() {
        return icvLength != 0;
    }

    public Requirement requirement() {
        return requirement;
    }
}
