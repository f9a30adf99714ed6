package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoRig.Aead;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * AES-GCM's published answers, of each provider that has real cryptography: McGrew and Viega, "The
 * Galois/Counter Mode of Operation (GCM)", appendix B, those cases whose IV has 96 bits and whose
 * AAD fits a descriptor; and one of NIST's with AAD, from gcmEncryptExtIV128.rsp.
 */
class AesGcmKnownAnswersTest {

    private static final String KEY = "feffe9928665731c6d6a8f9467308308";
    private static final String IV = "cafebabefacedbaddecaf888";
    private static final String PLAIN =
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                    + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";

    private record Answer(
            String name,
            String key,
            String iv,
            String aad,
            String plain,
            String sealed,
            String tag) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Answer> ANSWERS =
            List.of(
                    empty("case 1", 16, "58e2fccefa7e3061367f1d57a4e7455a"),
                    zeroes(
                            "case 2",
                            16,
                            "0388dace60b6a392f328c2b971b2fe78",
                            "ab6e47d42cec13bdf53a67b21257bddf"),
                    new Answer(
                            "case 3",
                            KEY,
                            IV,
                            "",
                            PLAIN,
                            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                                + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
                            "4d5c2af327cd64a62cf35abd2ba6fab4"),
                    empty("case 7", 24, "cd33b28ac773f74ba00ed1f312572435"),
                    zeroes(
                            "case 8",
                            24,
                            "98e7247c07f0fe411c267e4384b0f600",
                            "2ff58d80033927ab8ef4d4587514f0fb"),
                    new Answer(
                            "case 9",
                            KEY + KEY.substring(0, 16),
                            IV,
                            "",
                            PLAIN,
                            "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c"
                                + "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710acade256",
                            "9924a7c8587336bfb118024db8674a14"),
                    empty("case 13", 32, "530f8afbc74536b9a963b4f1c4cb738b"),
                    zeroes(
                            "case 14",
                            32,
                            "cea7403d4d606b6e074ec5d3baf39d18",
                            "d0d1c8a799996bf0265b98b5d48ab919"),
                    new Answer(
                            "case 15",
                            KEY + KEY,
                            IV,
                            "",
                            PLAIN,
                            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
                            "b094dac5d93471bdec1a502270e3cc6c"),
                    new Answer(
                            "NIST, with AAD",
                            "c939cc13397c1d37de6ae0e1cb7c423c",
                            "b3d8cc017cbb89b39e0f67e2",
                            "24825602bd12a984e0092d3e448eda5f",
                            "c3b3c41f113a31b73d9a5cd432103069",
                            "93fe7d9e9bfd10348a5606e5cafa7354",
                            "0032a1dc85f1c9786925a2e71d8272dd"));

    private static Answer empty(String name, int keyLength, String tag) {
        return new Answer(name, "00".repeat(keyLength), "00".repeat(12), "", "", "", tag);
    }

    private static Answer zeroes(String name, int keyLength, String sealed, String tag) {
        String plain = "00".repeat(16);
        return new Answer(name, "00".repeat(keyLength), "00".repeat(12), "", plain, sealed, tag);
    }

    static Stream<Arguments> providersAndAnswers() {
        List<Arguments> all = new ArrayList<>();
        for (String provider : List.of("openssl", "ipsec-mb", "jce")) {
            ANSWERS.forEach(answer -> all.add(Arguments.of(provider, answer)));
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("providersAndAnswers")
    void theAnswerIsTheKnownOneAndDecryptsAgain(String providerName, Answer answer)
            throws CryptoException {
        CryptoProvider provider = TestProviders.require(providerName);
        Aead plain = new Aead(hex(answer.iv), hex(answer.aad), hex(answer.plain), new byte[16]);
        long encrypting = context(provider, answer, Operation.ENCRYPT);
        long decrypting = context(provider, answer, Operation.DECRYPT);
        try (CryptoRig rig = new CryptoRig(provider)) {
            assertThat(rig.run(Operation.ENCRYPT, encrypting, plain)).isEqualTo(Status.OK);
            Aead sealed = rig.result(0, plain);
            assertThat(HexFormat.of().formatHex(sealed.data())).isEqualTo(answer.sealed);
            assertThat(HexFormat.of().formatHex(sealed.tag())).isEqualTo(answer.tag);

            assertThat(rig.run(Operation.DECRYPT, decrypting, sealed)).isEqualTo(Status.OK);
            assertThat(rig.result(0, sealed).data()).isEqualTo(plain.data());
        } finally {
            provider.freeContext(encrypting);
            provider.freeContext(decrypting);
        }
    }

    private static long context(CryptoProvider provider, Answer answer, Operation direction)
            throws CryptoException {
        byte[] key = hex(answer.key);
        Suite suite =
                switch (key.length) {
                    case 16 -> Suite.AES_GCM_16_128;
                    case 24 -> Suite.AES_GCM_16_192;
                    default -> Suite.AES_GCM_16_256;
                };
        // The salt behind the key is for whoever makes the IV, which is given here.
        byte[] keyAndSalt = Arrays.copyOf(key, suite.keyMaterialLength());
        try (KeyMaterial material = KeyMaterial.takeFrom(keyAndSalt)) {
            return provider.newContext(suite, material, direction);
        }
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
