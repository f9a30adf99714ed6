package io.esplanade.engine.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A number that stands for a key and its salt, so that a use can be remembered without the key: the
 * first {@link #LENGTH} bytes of SHA-256 over a prefix of our own, which keeps them from meaning
 * anything elsewhere, and the key material.
 *
 * <p>It says nothing about a key made at random. A guessable key can be recognised by it, so it is
 * kept like the nonce store it is for, away from others' eyes.
 */
public final class KeyFingerprint {

    /** Bytes of a fingerprint. */
    public static final int LENGTH = 16;

    private static final byte[] PREFIX =
            "esplanade key fingerprint 1\n".getBytes(StandardCharsets.US_ASCII);

    private KeyFingerprint() {}

    /** The fingerprint of {@code key}, {@link #LENGTH} bytes. */
    public static byte[] of(KeyMaterial key) {
        MessageDigest digest = sha256();
        digest.update(PREFIX);
        // Byte by byte, so that no array of ours ever holds the key. The digest's own block does,
        // on the heap because the JDK's digests know no other place, until reset() clears it.
        MemorySegment segment = key.segment();
        for (long i = 0; i < segment.byteSize(); i++) {
            digest.update(segment.get(ValueLayout.JAVA_BYTE, i));
        }
        byte[] hash = digest.digest();
        digest.reset();
        return Arrays.copyOf(hash, LENGTH);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
