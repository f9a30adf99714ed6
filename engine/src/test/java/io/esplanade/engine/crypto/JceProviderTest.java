package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoRig.Aead;
import io.esplanade.engine.crypto.jce.JceProvider;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("classpath")
class JceProviderTest extends CryptoProviderContract {

    @Override
    CryptoProvider newProvider() {
        return new JceProvider();
    }

    @Test
    void itIsSomeCipherOfThisJava() {
        assertThat(provider.description()).endsWith(" of Java " + Runtime.version());
    }

    @Test
    void encryptingTwiceInARowWithOneIvIsRefused() throws CryptoException {
        try (CryptoRig rig = new CryptoRig(provider);
                KeyMaterial key = KeyMaterial.takeFrom(new byte[20])) {
            long context = provider.newContext(Suite.AES_GCM_16_128, key, Operation.ENCRYPT);
            Aead packet = new Aead(new byte[12], new byte[8], new byte[40], new byte[16]);
            assertThat(rig.run(Operation.ENCRYPT, context, packet)).isEqualTo(Status.OK);
            assertThat(rig.run(Operation.ENCRYPT, context, packet)).isEqualTo(Status.ERROR);
            provider.freeContext(context);
        }
    }

    @Test
    void aContextServesOneDirectionAndNotOnceFreed() throws CryptoException {
        try (CryptoRig rig = new CryptoRig(provider);
                KeyMaterial key = KeyMaterial.takeFrom(new byte[20])) {
            long context = provider.newContext(Suite.AES_GCM_16_128, key, Operation.ENCRYPT);
            Aead packet = new Aead(new byte[12], new byte[8], new byte[40], new byte[16]);
            assertThat(rig.run(Operation.DECRYPT, context, packet)).isEqualTo(Status.ERROR);
            provider.freeContext(context);
            assertThat(rig.run(Operation.ENCRYPT, context, packet)).isEqualTo(Status.ERROR);
        }
    }
}
