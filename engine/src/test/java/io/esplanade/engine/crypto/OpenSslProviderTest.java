package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoRig.Aead;
import io.esplanade.engine.crypto.openssl.OpenSslProvider;
import io.esplanade.engine.os.NativeLibrary;
import io.esplanade.engine.os.Region;
import io.esplanade.ffi.openssl.libcrypto;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

@Tag("classpath")
class OpenSslProviderTest extends CryptoProviderContract {

    @Override
    CryptoProvider newProvider() {
        return new OpenSslProvider();
    }

    @Test
    void itIsSomeOpenSsl3() {
        assertThat(provider.description()).startsWith("OpenSSL 3.");
    }

    @Test
    void itSaysWhetherABurstIsOneCall() {
        assertThat(provider.description())
                .contains(
                        NativeLibrary.get()
                                .absence()
                                .map(why -> ", called from Java: the engine's C library is " + why)
                                .orElse(", one native call a burst"));
    }

    @Test
    void aBadTagLeavesNothingInTheThreadsErrorQueue() throws CryptoException {
        try (CryptoRig rig = new CryptoRig(provider);
                KeyMaterial key = KeyMaterial.takeFrom(new byte[20])) {
            long context = provider.newContext(Suite.AES_GCM_16_128, key, Operation.DECRYPT);
            Aead forged = new Aead(new byte[12], new byte[8], new byte[40], new byte[16]);
            assertThat(rig.run(Operation.DECRYPT, context, forged)).isEqualTo(Status.BAD_TAG);
            assertThat(libcrypto.ERR_peek_error()).isZero();
            provider.freeContext(context);
        }
    }

    @Test
    void anOperationThatLibcryptoRefusesIsAnErrorAndLeavesNothingInTheErrorQueue()
            throws CryptoException {
        try (CryptoRig rig = new CryptoRig(provider);
                KeyMaterial key = KeyMaterial.takeFrom(new byte[20])) {
            long context = provider.newContext(Suite.AES_GCM_16_128, key, Operation.ENCRYPT);
            Aead longTag = new Aead(new byte[12], new byte[8], new byte[40], new byte[17]);
            assertThat(rig.run(Operation.ENCRYPT, context, longTag)).isEqualTo(Status.ERROR);
            Aead shortIv = new Aead(new byte[8], new byte[8], new byte[40], new byte[16]);
            assertThat(rig.run(Operation.ENCRYPT, context, shortIv)).isEqualTo(Status.ERROR);
            assertThat(libcrypto.ERR_peek_error()).isZero();
            provider.freeContext(context);
        }
    }

    @Test
    void aFreedContextGivesItsMemoryBack() throws CryptoException, IOException {
        try (KeyMaterial key = KeyMaterial.takeFrom(new byte[20])) {
            makeAndFree(key, 10_000);
            long before = residentBytes();
            makeAndFree(key, 100_000);
            // Leaked, they would be some 90 MB.
            assertThat(residentBytes() - before).isLessThan(40_000_000);
        }
    }

    private void makeAndFree(KeyMaterial key, int n) throws CryptoException {
        for (int i = 0; i < n; i++) {
            provider.freeContext(provider.newContext(Suite.AES_GCM_16_128, key, Operation.ENCRYPT));
        }
    }

    private static long residentBytes() throws IOException {
        String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
        return Long.parseLong(pages[1]) * Region.PAGE;
    }
}
