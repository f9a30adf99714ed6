package io.esplanade.engine.crypto;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The algorithms of an ESP SA: one that encrypts and, unless that authenticates too, one for
 * integrity. Names, sizes and headroom follow from the two tables.
 *
 * <p>Sizes are in bytes. Key material is laid out as IKE derives it: the cipher's key, its salt
 * (RFC 4106 §8.1, RFC 3686 §5.1), the integrity key (RFC 7296 §2.17).
 *
 * @param encryption what encrypts, or {@link Encryption#NULL}
 * @param integrity what authenticates, or {@link Integrity#NONE} where the cipher does
 */
public record Suite(Encryption encryption, Integrity integrity) {

    public static final Suite AES_GCM_16_128 = of(Encryption.AES_GCM_16_128);
    public static final Suite AES_GCM_16_192 = of(Encryption.AES_GCM_16_192);
    public static final Suite AES_GCM_16_256 = of(Encryption.AES_GCM_16_256);

    private static final Map<String, Suite> BY_KEYWORD = table();

    /**
     * @throws IllegalArgumentException for confidentiality without integrity, integrity twice, or a
     *     combination that nobody should want
     */
    public Suite {
        Objects.requireNonNull(encryption, "encryption");
        Objects.requireNonNull(integrity, "integrity");
        if (!exists(encryption, integrity)) {
            throw new IllegalArgumentException(
                    "no suite is made of " + encryption + " and " + integrity);
        }
    }

    private static boolean exists(Encryption encryption, Integrity integrity) {
        if (encryption.authenticates()) {
            return integrity == Integrity.NONE;
        }
        if (encryption == Encryption.TRIPLE_DES_CBC) { // for the historic comparison only
            return integrity == Integrity.HMAC_SHA1_96;
        }
        return integrity != Integrity.NONE; // RFC 8221 §4
    }

    /** The suite of a cipher that authenticates too. */
    public static Suite of(Encryption encryption) {
        return new Suite(encryption, Integrity.NONE);
    }

    /** The suite of a cipher and an integrity algorithm. */
    public static Suite of(Encryption encryption, Integrity integrity) {
        return new Suite(encryption, integrity);
    }

    private static Map<String, Suite> table() {
        Map<String, Suite> suites = new LinkedHashMap<>();
        for (Encryption encryption : Encryption.values()) {
            for (Integrity integrity : Integrity.values()) {
                if (exists(encryption, integrity)) {
                    Suite suite = new Suite(encryption, integrity);
                    suites.put(suite.keyword(), suite);
                }
            }
        }
        return Collections.unmodifiableMap(suites);
    }

    /** Every suite there is, in the tables' order. */
    public static List<Suite> all() {
        return new ArrayList<>(BY_KEYWORD.values());
    }

    /** The suite whose keyword it is, case not counting. */
    public static Optional<Suite> ofKeyword(String keyword) {
        return Optional.ofNullable(BY_KEYWORD.get(keyword.toLowerCase(Locale.ROOT)));
    }

    /**
     * The keywords in a strongSwan proposal, such as {@code aes128gcm16}, {@code aes256-sha256}.
     */
    public String keyword() {
        return integrity == Integrity.NONE
                ? encryption.keyword()
                : encryption.keyword() + "-" + integrity.keyword();
    }

    public CipherMode mode() {
        return encryption.mode();
    }

    /** Bytes of cipher key, salt not counted. */
    public int keyLength() {
        return encryption.keyLength();
    }

    /** Bytes of salt that follow the key. */
    public int saltLength() {
        return mode().saltLength();
    }

    /** Bytes of integrity key, which come last; 0 where the cipher authenticates. */
    public int integrityKeyLength() {
        return integrity.keyLength();
    }

    /** All keys and the salt together: what a {@link KeyMaterial} of this suite holds. */
    public int keyMaterialLength() {
        return keyLength() + saltLength() + integrityKeyLength();
    }

    /** Bytes of IV in each packet. */
    public int ivLength() {
        return mode().ivLength();
    }

    /** Bytes of integrity check value behind each packet. */
    public int icvLength() {
        return encryption.icvLength() + integrity.icvLength(); // one of which is 0
    }

    /** Bytes to whose multiple payload, padding and trailer are padded (RFC 4303 §2.4). */
    public int alignment() {
        return mode().alignment();
    }

    /** Whether the IV must never repeat under a key, so that a static key needs a nonce store. */
    public boolean counterMode() {
        return mode().iv() == CipherMode.Iv.COUNTER || mode().iv() == CipherMode.Iv.IMPLICIT;
    }

    /** What RFC 8221 says of it: of its algorithms, the weaker word. */
    public Requirement requirement() {
        return encryption.requirement().and(integrity.requirement());
    }

    @Override
    public String toString() {
        return keyword();
    }
}
