package io.esplanade.engine.esp;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.crypto.TestProviders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * ESP packets of RFCs and of other implementations, byte for byte, for every suite and provider.
 * suite-vectors.txt was made by make_suite_vectors.py, beside it.
 */
class SuiteKnownAnswersTest {

    private record Vector(
            Suite suite,
            int spi,
            long sequence,
            boolean esn,
            byte[] key,
            byte[] iv,
            byte[] inner,
            byte[] packet) {

        static Vector parse(String line) {
            String[] words = line.split(" ");
            HexFormat hex = HexFormat.of();
            return new Vector(
                    Suite.ofKeyword(words[0]).orElseThrow(),
                    Integer.parseUnsignedInt(words[1], 16),
                    Long.parseUnsignedLong(words[2], 16),
                    words[3].equals("esn"),
                    hex.parseHex(words[4]),
                    words[5].equals("-") ? new byte[0] : hex.parseHex(words[5]),
                    hex.parseHex(words[6]),
                    hex.parseHex(words[7]));
        }

        @Override
        public String toString() {
            return suite.keyword() + (esn ? " with ESN" : "");
        }
    }

    private static List<Vector> vectors() throws IOException {
        try (InputStream file =
                SuiteKnownAnswersTest.class.getResourceAsStream("suite-vectors.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(Vector::parse)
                    .toList();
        }
    }

    private static List<Vector> vectors(String provider) throws IOException {
        Set<Suite> served = TestProviders.require(provider).suites();
        return vectors().stream().filter(v -> served.contains(v.suite)).toList();
    }

    @Test
    void thereIsAnAnswerForEverySuiteWithEsnAndWithout() throws IOException {
        assertThat(vectors().stream().filter(Vector::esn).map(Vector::suite))
                .containsExactlyInAnyOrderElementsOf(Suite.all());
        assertThat(vectors().stream().filter(v -> !v.esn()).map(Vector::suite))
                .containsExactlyInAnyOrderElementsOf(Suite.all());
    }

    @Test
    void opensslHasEverySuite() throws CryptoException {
        assertThat(CryptoProviders.find("openssl").suites())
                .containsExactlyInAnyOrderElementsOf(Suite.all());
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "ipsec-mb", "jce"})
    void theEncapsulatorMakesTheirPacket(String provider) throws Exception {
        for (Vector v : vectors(provider)) {
            try (EspMachine machine = machine(provider, v)) {
                useIv(machine, v.suite, v.key, v.iv, v.sequence);
                assertThat(machine.seal(v.inner, v.sequence))
                        .as("%s", v)
                        .asHexString()
                        .isEqualTo(HexFormat.of().withUpperCase().formatHex(v.packet));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "ipsec-mb", "jce"})
    void theDecapsulatorTakesTheirPacketAndNoneWithAWrongBit(String provider) throws Exception {
        for (Vector v : vectors(provider)) {
            try (EspMachine machine = machine(provider, v)) {
                assertThat(machine.open(v.packet, v.sequence)).as("%s", v).isEqualTo(v.inner);
                // SPI and the low half of the number come from SA and window in an AEAD, else
                // from the packet.
                for (int bit = Esp.HEADER * 8; bit < v.packet.length * 8; bit++) {
                    byte[] wrong = v.packet.clone();
                    wrong[bit / 8] ^= (byte) (1 << bit % 8);
                    assertThat(machine.open(wrong, v.sequence)).as("%s, bit %d", v, bit).isNull();
                }
                assertThat(machine.open(v.packet, v.sequence)).as("%s", v).isEqualTo(v.inner);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "ipsec-mb", "jce"})
    void theHighHalfOfTheNumberIsAuthenticatedThoughItIsNotSent(String provider) throws Exception {
        for (Vector v : vectors(provider)) {
            try (EspMachine machine = machine(provider, v)) {
                for (int bit = 32; v.esn && bit < 64; bit++) {
                    assertThat(machine.open(v.packet, v.sequence ^ 1L << bit))
                            .as("%s, bit %d", v, bit)
                            .isNull();
                }
            }
        }
    }

    /** RFC 3602 §4, cases 5 to 8, which are without integrity: ours, with it, begin the same. */
    @ParameterizedTest
    @ValueSource(strings = {"openssl", "ipsec-mb", "jce"})
    void cbcMakesThePacketsOfRfc3602(String provider) throws Exception {
        String case56 = "90d382b410eeba7ad938c46cec1a82bf";
        String case78 = "0123456789abcdef0123456789abcdef";
        rfc3602(
                provider,
                case56,
                0x4321,
                1,
                1,
                "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f1011121314151617"
                        + "18191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
                "e96e8c08ab465763fd098d45dd3ff893",
                "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856"
                        + "a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874a"
                        + "a269add047ad2d5913ac19b7cfbad4a6");
        rfc3602(
                provider,
                case56,
                0x4321,
                8,
                1,
                "0800b5e8a80a0500a69c083d0b660e00777777777777777777777777",
                "69d08df7d203329db093fc4924e5bd80",
                "f51995881ec4e0c4488987ce742e8109689bb379d2d750c0d915dca346a89f75");
        rfc3602(
                provider,
                case78,
                0x8765,
                2,
                4,
                "45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d"
                        + "02a2040008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
                        + "2425262728292a2b2c2d2e2f3031323334353637",
                "f4e765244f6407adf13dc1380f673f37",
                "773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8"
                        + "e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5"
                        + "c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d");
        rfc3602(
                provider,
                case78,
                0x8765,
                5,
                4,
                "45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083d"
                        + "a3de0300ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                        + "ffffffff",
                "85d47224b5f3dd5d2101d4ea8dffab22",
                "15b92683819596a8047232cc00f7048fe45318e11f8a0f62ede3c3fc61203bb5"
                        + "0f980a08c9843fd3a1b06d5c07ff9639b7eb7dfb3512e5de435e7207ed971ef3"
                        + "d2726d9b5ef6affc6d17a0decbb13892");
    }

    private static void rfc3602(
            String provider,
            String cipherKey,
            int spi,
            int sequence,
            int nextHeader,
            String payload,
            String iv,
            String ciphertext)
            throws Exception {
        HexFormat hex = HexFormat.of();
        Suite suite = Suite.ofKeyword("aes128-sha1").orElseThrow();
        byte[] key = Arrays.copyOf(hex.parseHex(cipherKey), suite.keyMaterialLength());
        try (EspMachine machine = new EspMachine(provider, suite, key, spi, false, sequence)) {
            useIv(machine, suite, key, hex.parseHex(iv), sequence);
            byte[] packet = machine.seal(hex.parseHex(payload), sequence, nextHeader);
            assertThat(hex.formatHex(packet, 0, packet.length - suite.icvLength()))
                    .isEqualTo("%08x%08x%s%s".formatted(spi, sequence, iv, ciphertext));
        }
    }

    /** RFC 7634 appendix A, whose packet is a tunnel's. */
    @ParameterizedTest
    @ValueSource(strings = {"openssl", "ipsec-mb", "jce"})
    void chacha20Poly1305MakesThePacketOfRfc7634(String provider) throws Exception {
        HexFormat hex = HexFormat.of();
        Vector v =
                new Vector(
                        Suite.ofKeyword("chacha20poly1305").orElseThrow(),
                        0x01020304,
                        5,
                        false,
                        hex.parseHex(
                                "808182838485868788898a8b8c8d8e8f"
                                        + "909192939495969798999a9b9c9d9e9fa0a1a2a3"),
                        hex.parseHex("1011121314151617"),
                        hex.parseHex(
                                "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec10"
                                    + "0007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
                                    + "2425262728292a2b2c2d2e2f3031323334353637"),
                        hex.parseHex(
                                "0102030400000005101112131415161724039428b97f417e3c13753a4f05087b"
                                    + "67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f7"
                                    + "2aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da"
                                    + "9165b82829f641e076aaa8266b7fb0f7b11b369907e1ad43"));
        try (EspMachine machine = machine(provider, v)) {
            useIv(machine, v.suite, v.key, v.iv, v.sequence);
            assertThat(machine.seal(v.inner, v.sequence)).isEqualTo(v.packet);
            assertThat(machine.open(v.packet, v.sequence)).isEqualTo(v.inner);
        }
    }

    private static EspMachine machine(String provider, Vector v) throws CryptoException {
        return new EspMachine(provider, v.suite, v.key, v.spi, v.esn, v.sequence);
    }

    /** Makes the machine use this IV: in CBC, by the block that encrypts to it. */
    private static void useIv(EspMachine machine, Suite suite, byte[] key, byte[] iv, long sequence)
            throws GeneralSecurityException {
        if (iv.length == 0) {
            return;
        }
        byte[] block = iv;
        if (suite.mode().iv() == CipherMode.Iv.UNPREDICTABLE) {
            String name = suite.mode() == CipherMode.CBC ? "AES" : "DESede";
            Cipher cipher = Cipher.getInstance(name + "/ECB/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, 0, suite.keyLength(), name));
            block = cipher.doFinal(iv);
        }
        ByteBuffer bytes = ByteBuffer.wrap(block);
        machine.outbound.ivMask(bytes.getLong(block.length - Long.BYTES) ^ sequence);
        if (block.length > Long.BYTES) {
            machine.outbound.ivPrefix(Long.reverseBytes(bytes.getLong(0)));
        }
    }
}
