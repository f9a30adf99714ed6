package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoRig.Aead;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Random;

/**
 * QAT_Engine's provider of libcrypto's, where it is installed: see docs/crypto.md. Elsewhere the
 * tests say that they were not run.
 */
class QatProviderTest extends CryptoProviderContract {

    private static final int[] SIZES = {0, 1, 16, 64, 100, 1400, 9000};

    private static CryptoProvider qat;

    @BeforeAll
    static void find() {
        try {
            qat = CryptoProviders.find("openssl", Map.of("provider", "qatprovider"));
        } catch (CryptoException e) {
            System.out.println("NOT TESTED WITH QAT: " + e.getMessage());
            abort(e.getMessage());
        }
    }

    @Override
    CryptoProvider newProvider() {
        return qat;
    }

    @Test
    void aesGcmIsQatsAndWhatItLacksIsLibcryptosOwn() throws CryptoException {
        assertThat(provider.implementation(Suite.AES_GCM_16_128)).startsWith("qatprovider");
        assertThat(provider.implementation(Suite.ofKeyword("aes128-sha256").orElseThrow()))
                .contains("default");
        assertThat(provider.suites())
                .containsExactlyInAnyOrderElementsOf(CryptoProviders.find("openssl").suites());
    }

    @Test
    void itSealsWhateverItServesAsLibcryptosOwnDoes() throws CryptoException {
        Random random = new Random(8750);
        CryptoProvider own = CryptoProviders.find("openssl");
        try (CryptoRig rig = new CryptoRig(provider);
                CryptoRig ownRig = new CryptoRig(own)) {
            for (Suite suite : provider.suites()) {
                byte[] key = new byte[suite.keyMaterialLength()];
                random.nextBytes(key);
                long context = context(provider, suite, key);
                long ownContext = context(own, suite, key);
                for (int size : SIZES) {
                    Aead plain = Aead.random(random, suite, size % 2 == 0, size);
                    assertThat(rig.run(Operation.ENCRYPT, suite, context, plain))
                            .isEqualTo(ownRig.run(Operation.ENCRYPT, suite, ownContext, plain))
                            .isEqualTo(Status.OK);
                    Aead sealed = rig.result(0, plain);
                    Aead expected = ownRig.result(0, plain);
                    assertThat(sealed.data())
                            .as("%s, %d bytes", suite, size)
                            .isEqualTo(expected.data());
                    assertThat(sealed.tag())
                            .as("%s, %d bytes", suite, size)
                            .isEqualTo(expected.tag());
                }
                provider.freeContext(context);
                own.freeContext(ownContext);
            }
        }
    }

    private static long context(CryptoProvider of, Suite suite, byte[] key) throws CryptoException {
        try (KeyMaterial material = KeyMaterial.takeFrom(key.clone())) {
            return of.newContext(suite, material, Operation.ENCRYPT);
        }
    }
}
