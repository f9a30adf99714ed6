package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.HexFormat;

class KeyFingerprintTest {

    @Test
    void itIsTheBeginningOfSha256OverThePrefixAndTheKey() {
        // printf 'esplanade key fingerprint 1\n' | cat - key | sha256sum
        assertThat(fingerprint("000102030405060708090a0b0c0d0e0fdeadbeef"))
                .isEqualTo("9b092b29d2b89cf90ccc0a016dd31e5a");
    }

    @Test
    void oneBitOfKeyOrSaltMakesAnother() {
        String one = fingerprint("000102030405060708090a0b0c0d0e0fdeadbeef");
        assertThat(fingerprint("000102030405060708090a0b0c0d0e0fdeadbeee")).isNotEqualTo(one);
        assertThat(fingerprint("010102030405060708090a0b0c0d0e0fdeadbeef")).isNotEqualTo(one);
        assertThat(fingerprint("000102030405060708090a0b0c0d0e0fdeadbeef")).isEqualTo(one);
    }

    private static String fingerprint(String keyAndSalt) {
        try (KeyMaterial key = KeyMaterial.takeFrom(HexFormat.of().parseHex(keyAndSalt))) {
            return HexFormat.of().formatHex(KeyFingerprint.of(key));
        }
    }
}
