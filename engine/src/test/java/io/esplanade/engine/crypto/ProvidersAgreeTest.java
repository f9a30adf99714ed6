package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoRig.Aead;
import io.esplanade.engine.crypto.jce.JceProvider;
import io.esplanade.engine.crypto.openssl.OpenSslProvider;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** OpenSSL and the JDK, who share no code, make the same of anything. */
class ProvidersAgreeTest {

    private static final int CASES = 10_000;
    private static final int LONGEST = 9000;

    private final Random random = new Random(4106);
    private final CryptoProvider openssl = new OpenSslProvider();
    private final CryptoProvider jce = new JceProvider();

    @Test
    void bothEncryptToTheSameAndEachDecryptsTheOthers() throws CryptoException {
        openssl.load();
        jce.load();
        try (CryptoRig opensslRig = new CryptoRig(openssl);
                CryptoRig jceRig = new CryptoRig(jce)) {
            int cases = 0;
            while (cases < CASES) {
                for (Suite suite : jce.suites()) {
                    cases += agree(suite, opensslRig, jceRig);
                }
            }
        }
    }

    /** The JDK's GCM has no ICV of 8 bytes; a shorter one is the longer one's beginning. */
    @Test
    void whatJceDoesNotServeIsGcmWithEightBytesOfIcvWhichBeginAsSixteenDo() throws CryptoException {
        openssl.load();
        jce.load();
        Set<Suite> more = new HashSet<>(openssl.suites());
        more.removeAll(jce.suites());
        assertThat(more)
                .extracting(Suite::keyword)
                .containsExactlyInAnyOrder("aes128gcm8", "aes192gcm8", "aes256gcm8");
        try (CryptoRig rig = new CryptoRig(openssl);
                CryptoRig jceRig = new CryptoRig(jce)) {
            for (Suite suite : more) {
                Suite longer =
                        Suite.ofKeyword(suite.keyword().replace("gcm8", "gcm16")).orElseThrow();
                byte[] key = bytes(suite.keyMaterialLength());
                Aead plain = Aead.random(random, suite, true, 100);
                Aead[] sixteen = {plain.with(plain.data(), new byte[16])};
                Aead[] eight = {plain};
                Aead byJce = run(jce, jceRig, longer, key, Operation.ENCRYPT, sixteen)[0];
                Aead byOpenssl = run(openssl, rig, suite, key, Operation.ENCRYPT, eight)[0];
                assertThat(byOpenssl.data()).isEqualTo(byJce.data());
                assertThat(byOpenssl.tag()).isEqualTo(Arrays.copyOf(byJce.tag(), 8));
            }
        }
    }

    /** A burst of random packets under one random key. */
    private int agree(Suite suite, CryptoRig opensslRig, CryptoRig jceRig) throws CryptoException {
        byte[] key = bytes(suite.keyMaterialLength());
        Aead[] plain = new Aead[CryptoRig.OPERATIONS];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = Aead.random(random, suite, random.nextBoolean(), size());
        }
        Aead[] byOpenssl = run(openssl, opensslRig, suite, key, Operation.ENCRYPT, plain);
        Aead[] byJce = run(jce, jceRig, suite, key, Operation.ENCRYPT, plain);
        for (int i = 0; i < plain.length; i++) {
            assertThat(byOpenssl[i].data()).isEqualTo(byJce[i].data());
            assertThat(byOpenssl[i].tag()).isEqualTo(byJce[i].tag());
        }
        Aead[] opened = run(openssl, opensslRig, suite, key, Operation.DECRYPT, byJce);
        Aead[] openedByJce = run(jce, jceRig, suite, key, Operation.DECRYPT, byOpenssl);
        for (int i = 0; i < plain.length; i++) {
            assertThat(opened[i].data()).isEqualTo(plain[i].data());
            assertThat(openedByJce[i].data()).isEqualTo(plain[i].data());
        }
        return plain.length;
    }

    private static Aead[] run(
            CryptoProvider provider,
            CryptoRig rig,
            Suite suite,
            byte[] key,
            Operation operation,
            Aead[] in)
            throws CryptoException {
        long context;
        try (KeyMaterial material = KeyMaterial.takeFrom(key.clone())) {
            context = provider.newContext(suite, material, operation);
        }
        for (int i = 0; i < in.length; i++) {
            rig.fill(i, operation, suite, context, in[i]);
        }
        rig.run(in.length);
        provider.freeContext(context);
        Aead[] out = new Aead[in.length];
        for (int i = 0; i < in.length; i++) {
            assertThat(rig.burst.status(i)).isEqualTo(Status.OK);
            out[i] = rig.result(i, in[i]);
        }
        return out;
    }

    /** Half of them short, where a cipher's special cases are. */
    private int size() {
        return random.nextInt(1 + (random.nextBoolean() ? 300 : LONGEST));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
