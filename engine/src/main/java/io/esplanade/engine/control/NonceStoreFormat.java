package io.esplanade.engine.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The contents of a {@link FileNonceStore}: lines of text for people to look at, and not to change.
 *
 * <pre>
 * esplanade-nonces 1
 * 000102030405060708090a0b0c0d0e0f 1048576
 * sha-256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
 * </pre>
 *
 * <p>A line for each fingerprint with the last number reserved for it, and the digest of all lines
 * before its own.
 */
final class NonceStoreFormat {

    private static final String HEADER = "esplanade-nonces 1\n";
    private static final String DIGEST = "sha-256 ";

    private NonceStoreFormat() {}

    static byte[] encode(Map<String, Long> lastReserved) {
        StringBuilder text = new StringBuilder(HEADER);
        lastReserved.forEach(
                (key, last) ->
                        text.append(key)
                                .append(' ')
                                .append(Long.toUnsignedString(last))
                                .append('\n'));
        String digest = digest(text);
        return text.append(DIGEST).append(digest).append('\n').toString().getBytes(US_ASCII);
    }

    /**
     * @throws IllegalArgumentException if a single byte is not as {@link #encode} wrote it
     */
    static TreeMap<String, Long> decode(byte[] contents) {
        String text = new String(contents, US_ASCII);
        if (!text.startsWith(HEADER)) {
            throw new IllegalArgumentException("it does not begin as a nonce store does");
        }
        int end = text.lastIndexOf(DIGEST);
        if (end < 0
                || !text.substring(end).equals(DIGEST + digest(text.substring(0, end)) + "\n")) {
            throw new IllegalArgumentException("its checksum is wrong or cut off");
        }
        TreeMap<String, Long> lastReserved = new TreeMap<>();
        text.substring(HEADER.length(), end)
                .lines()
                .forEach(
                        line -> {
                            String[] words = line.split(" ", -1);
                            lastReserved.put(words[0], Long.parseUnsignedLong(words[1]));
                        });
        return lastReserved;
    }

    private static String digest(CharSequence text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(text.toString().getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
