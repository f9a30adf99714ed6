package io.esplanade.engine.crypto;

import static io.esplanade.engine.crypto.Requirement.MAY;
import static io.esplanade.engine.crypto.Requirement.MUST;
import static io.esplanade.engine.crypto.Requirement.MUST_MINUS;
import static io.esplanade.engine.crypto.Requirement.SHOULD;

/**
 * The integrity algorithms of ESP, one row each: keyword, the kernel's name, bytes of key, bytes of
 * ICV (what is left of the MAC) and RFC 8221's word on it.
 */
public enum Integrity {
    /** The cipher authenticates. */
    NONE("", "", 0, 0, MUST),
    HMAC_SHA1_96("sha1", "hmac(sha1)", 20, 12, MUST_MINUS),
    HMAC_SHA2_256_128("sha256", "hmac(sha256)", 32, 16, MUST),
    HMAC_SHA2_384_192("sha384", "hmac(sha384)", 48, 24, MAY),
    HMAC_SHA2_512_256("sha512", "hmac(sha512)", 64, 32, SHOULD),
    AES_XCBC_96("aesxcbc", "xcbc(aes)", 16, 12, MAY),
    AES_CMAC_96("aescmac", "cmac(aes)", 16, 12, MAY);

    private final String keyword;
    private final String xfrmName;
    private final int keyLength;
    private final int icvLength;
    private final Requirement requirement;

    Integrity(
            String keyword,
            String xfrmName,
            int keyLength,
            int icvLength,
            Requirement requirement) {
        this.keyword = keyword;
        this.xfrmName = xfrmName;
        this.keyLength = keyLength;
        this.icvLength = icvLength;
        this.requirement = requirement;
    }

    /** The keyword in a strongSwan proposal, behind the cipher's. */
    public String keyword() {
        return keyword;
    }

    /** The algorithm's name in {@code ip xfrm state add … auth-trunc NAME}. */
    public String xfrmName() {
        return xfrmName;
    }

    public int keyLength() {
        return keyLength;
    }

    public int icvLength() {
        return icvLength;
    }

    public Requirement requirement() {
        return requirement;
    }
}
