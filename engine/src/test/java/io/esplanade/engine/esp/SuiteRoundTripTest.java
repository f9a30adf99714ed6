package io.esplanade.engine.esp;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.crypto.Suite;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** What each provider seals the other opens, for every suite and size. */
class SuiteRoundTripTest {

    private static final long SEQUENCE = 0x1_ffff_fff0L;

    private final Random random = new Random(8221);

    @Test
    void whatOneProviderSealsTheOtherOpensWhateverItsSize() throws CryptoException {
        for (Suite suite : CryptoProviders.find("jce").suites()) {
            byte[] key = bytes(suite.keyMaterialLength());
            boolean esn = random.nextBoolean();
            long first = esn ? SEQUENCE : 1;
            try (EspMachine openssl = new EspMachine("openssl", suite, key, 4321, esn, first);
                    EspMachine jce = new EspMachine("jce", suite, key, 4321, esn, first)) {
                for (int size = 0; size < 1500; size += size < 70 ? 1 : 97) {
                    byte[] inner = bytes(size);
                    long sequence = first + size;
                    byte[] packet = openssl.seal(inner, sequence);
                    assertThat(packet).hasSize(length(suite, size));
                    assertThat(jce.open(packet, sequence))
                            .as("%s, %d", suite, size)
                            .isEqualTo(inner);
                    byte[] byJce = jce.seal(inner, sequence + 1);
                    assertThat(openssl.open(byJce, sequence + 1)).as("%s", suite).isEqualTo(inner);
                }
            }
        }
    }

    private static int length(Suite suite, int size) {
        int padded = Math.ceilDiv(size + 2, suite.alignment()) * suite.alignment();
        return 8 + suite.ivLength() + padded + suite.icvLength();
    }

    /** RFC 3602 §3: who chooses the text must not know the IV before. */
    @Test
    void theIvsOfCbcDifferEvenWhenAKeyIsUsedAgainFromTheSameNumber() throws CryptoException {
        for (Suite suite : Suite.all()) {
            if (suite.mode().iv() == CipherMode.Iv.UNPREDICTABLE) {
                byte[] key = bytes(suite.keyMaterialLength());
                Set<String> ivs = new HashSet<>();
                for (int restart = 0; restart < 10; restart++) {
                    try (EspMachine m = new EspMachine("openssl", suite, key, 4321, false, 1)) {
                        for (int sequence = 1; sequence <= 10; sequence++) {
                            ivs.add(Arrays.toString(iv(suite, m.seal(new byte[40], sequence))));
                        }
                    }
                }
                assertThat(ivs).as("%s", suite).hasSize(100);
            }
        }
    }

    private static byte[] iv(Suite suite, byte[] packet) {
        return Arrays.copyOfRange(packet, Esp.HEADER, Esp.HEADER + suite.ivLength());
    }

    @Test
    void theIvsOfCounterModesAreTheSequenceNumberAndImplicitOnesAreNotSent()
            throws CryptoException {
        for (Suite suite : Suite.all()) {
            if (suite.counterMode()) {
                byte[] key = bytes(suite.keyMaterialLength());
                try (EspMachine m = new EspMachine("openssl", suite, key, 4321, true, SEQUENCE)) {
                    byte[] iv = iv(suite, m.seal(new byte[40], SEQUENCE));
                    if (suite.mode().iv() == CipherMode.Iv.IMPLICIT) {
                        assertThat(iv).isEmpty();
                    } else {
                        assertThat(iv).asHexString().isEqualTo("00000001FFFFFFF0");
                    }
                }
            }
        }
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
