package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.crypto.CipherMode.Construction;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoRig.Aead;
import io.esplanade.engine.os.Mem;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

@Tag("classpath")
class IpsecMbProviderTest extends CryptoProviderContract {

    private static final int CONTEXT = 1024; // bytes, and some more

    @Override
    CryptoProvider newProvider() {
        return TestProviders.require("ipsec-mb");
    }

    @Test
    void itSaysItsVersionAndInstructions() {
        assertThat(provider.description())
                .matches(
                        "ipsec-mb [12]\\.[0-9.]+ with (SSE|AVX|AVX2|AVX-512), one native call a.*");
    }

    @Test
    void aContextServesOneDirection() throws CryptoException {
        try (CryptoRig rig = new CryptoRig(provider);
                KeyMaterial key = KeyMaterial.takeFrom(new byte[20])) {
            long context = provider.newContext(Suite.AES_GCM_16_128, key, Operation.ENCRYPT);
            Aead packet = new Aead(new byte[12], new byte[8], new byte[40], new byte[16]);
            assertThat(rig.run(Operation.DECRYPT, context, packet)).isEqualTo(Status.ERROR);
            assertThat(rig.run(Operation.ENCRYPT, context, packet)).isEqualTo(Status.OK);
            provider.freeContext(context);
        }
    }

    /** Its jobs count in 16 bits, which is as much as an IP packet can have. */
    @Test
    void moreThanAJobHoldsIsAnErrorUnlessTheSuiteNeedsNoJob() throws CryptoException {
        try (CryptoRig rig = new CryptoRig(provider)) {
            for (Suite suite : provider.suites()) {
                long context;
                try (KeyMaterial key = KeyMaterial.takeFrom(new byte[suite.keyMaterialLength()])) {
                    context = provider.newContext(suite, key, Operation.ENCRYPT);
                }
                Aead packet = Aead.random(new Random(1), suite, true, 48);
                boolean job = !suite.keyword().contains("gcm") && suite.mode() != CipherMode.GMAC;
                boolean separate = suite.mode().construction() == Construction.ENCRYPT_THEN_MAC;
                for (int field : new int[] {CryptoBurst.LENGTH, CryptoBurst.AUTH_LENGTH}) {
                    boolean tooLong = job && (separate || field == CryptoBurst.LENGTH);
                    rig.fill(0, Operation.ENCRYPT, suite, context, packet);
                    if (job) { // nothing of it is read
                        Mem.putInt(rig.burst.address(0) + field, 65_536);
                    }
                    rig.run(1);
                    assertThat(rig.burst.status(0))
                            .as("%s", suite)
                            .isEqualTo(tooLong ? Status.ERROR : Status.OK);
                }
                provider.freeContext(context);
            }
        }
    }

    /** All of it, and not only what is asked for again: keys are wiped. */
    @Test
    void aFreedContextIsWiped() throws CryptoException {
        for (Suite suite : provider.suites()) {
            byte[] bytes = new byte[suite.keyMaterialLength()];
            Arrays.fill(bytes, (byte) 7);
            try (KeyMaterial key = KeyMaterial.takeFrom(bytes)) {
                long context = provider.newContext(suite, key, Operation.ENCRYPT);
                assertThat(context % 64).as("alignment").isZero();
                assertThat(Mem.bytes(context, CONTEXT)).isNotEqualTo(new byte[CONTEXT]);
                provider.freeContext(context);
                assertThat(Mem.bytes(context, CONTEXT)).as("%s", suite).containsOnly(0);
            }
        }
    }

    @Test
    void aKeyThatWasWipedMakesNoContextAndTakesNoMemory() throws CryptoException {
        long before = madeAndFreed();
        KeyMaterial wiped = KeyMaterial.takeFrom(new byte[20]);
        wiped.close();

        assertThatThrownBy(
                        () -> provider.newContext(Suite.AES_GCM_16_128, wiped, Operation.ENCRYPT))
                .isInstanceOf(IllegalStateException.class);

        assertThat(madeAndFreed()).as("memory freed last is used first").isEqualTo(before);
    }

    private long madeAndFreed() throws CryptoException {
        try (KeyMaterial key = KeyMaterial.takeFrom(new byte[20])) {
            long context = provider.newContext(Suite.AES_GCM_16_128, key, Operation.ENCRYPT);
            provider.freeContext(context);
            return context;
        }
    }

    @Test
    void itServesAllButCcmWith192BitsAndIn20TripleDes() {
        Set<String> lacking = new TreeSet<>();
        for (Suite suite : Suite.all()) {
            if (!provider.suites().contains(suite)) {
                lacking.add(suite.keyword());
            }
        }
        Set<String> expected =
                new TreeSet<>(Set.of("aes192ccm16", "aes192ccm12", "aes192ccm8", "aes192ccm8iiv"));
        if (provider.description().startsWith("ipsec-mb 2.0.0 ")) {
            expected.add("3des-sha1");
        }
        assertThat(lacking).isEqualTo(expected);
    }
}
