package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoRig.Aead;
import io.esplanade.engine.crypto.openssl.OpenSslProvider;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** OpenSSL, ipsec-mb and the JDK, who share no code, make the same of anything. */
class ProvidersAgreeTest {

    private static final int LONGEST = 2000;
    private static final int JUMBO = 9000;

    private final Random random = new Random(4106);
    private final List<Party> parties = new ArrayList<>();

    /** A provider, and memory of its own for packets, used again for every burst. */
    private record Party(CryptoProvider provider, CryptoRig rig) {

        boolean serves(Suite suite) {
            return provider.suites().contains(suite);
        }

        Keyed key(Suite suite, byte[] key) throws CryptoException {
            try (KeyMaterial one = KeyMaterial.takeFrom(key.clone())) {
                return new Keyed(
                        this,
                        suite,
                        provider.newContext(suite, one, Operation.ENCRYPT),
                        provider.newContext(suite, one, Operation.DECRYPT));
            }
        }

        @Override
        public String toString() {
            return provider.description();
        }
    }

    /** A provider's contexts for one key, both ways. */
    private record Keyed(Party party, Suite suite, long encrypting, long decrypting)
            implements AutoCloseable {

        Aead[] run(Operation operation, Aead[] in, Status expected) {
            long context = operation == Operation.ENCRYPT ? encrypting : decrypting;
            for (int i = 0; i < in.length; i++) {
                party.rig.fill(i, operation, suite, context, in[i]);
            }
            party.rig.run(in.length);
            Aead[] out = new Aead[in.length];
            for (int i = 0; i < in.length; i++) {
                assertThat(party.rig.burst.status(i))
                        .as("%s, %s, %d bytes", party, suite, in[i].data().length)
                        .isEqualTo(expected);
                out[i] = party.rig.result(i, in[i]);
            }
            return out;
        }

        @Override
        public void close() {
            party.provider.freeContext(encrypting);
            party.provider.freeContext(decrypting);
        }
    }

    @BeforeEach
    void meet() throws CryptoException {
        List<CryptoProvider> providers = TestProviders.all();
        CryptoProvider fromJava = OpenSslProvider.withoutNative();
        fromJava.load();
        providers.add(fromJava);
        providers.forEach(provider -> parties.add(new Party(provider, new CryptoRig(provider))));
    }

    @AfterEach
    void part() {
        parties.forEach(party -> party.rig.close());
    }

    @Test
    void everySizeIsEncryptedToTheSameBytesWhichEachDecrypts() throws CryptoException {
        for (Suite suite : Suite.all()) {
            List<Aead> plain = new ArrayList<>();
            for (int size = 0; size <= LONGEST; size++) {
                if (suite.mode().iv() != CipherMode.Iv.UNPREDICTABLE
                        || size % suite.alignment() == 0) {
                    plain.add(Aead.random(random, suite, random.nextBoolean(), size));
                }
            }
            agree(suite, plain);
        }
    }

    @Test
    void burstsOfSizesInAnyOrderTooAndUpToJumbos() throws CryptoException {
        for (Suite suite : Suite.all()) {
            List<Aead> plain = new ArrayList<>();
            for (int i = 0; i < 2 * CryptoRig.OPERATIONS; i++) {
                int size = random.nextInt(1 + (i % 2 == 0 ? 100 : JUMBO));
                plain.add(Aead.random(random, suite, random.nextBoolean(), size));
            }
            agree(suite, plain);
        }
    }

    /** All of it in bursts, under one random key and with the same contexts. */
    private void agree(Suite suite, List<Aead> plain) throws CryptoException {
        byte[] key = bytes(suite.keyMaterialLength());
        List<Keyed> keyed = new ArrayList<>();
        try {
            for (Party party : parties) {
                if (party.serves(suite)) {
                    keyed.add(party.key(suite, key));
                }
            }
            for (int from = 0; from < plain.size(); from += CryptoRig.OPERATIONS) {
                int to = Math.min(from + CryptoRig.OPERATIONS, plain.size());
                agree(keyed, plain.subList(from, to).toArray(Aead[]::new));
            }
        } finally {
            keyed.forEach(Keyed::close);
        }
    }

    private void agree(List<Keyed> keyed, Aead[] plain) {
        Aead[] sealed = keyed.getFirst().run(Operation.ENCRYPT, plain, Status.OK);
        for (Keyed other : keyed.subList(1, keyed.size())) {
            same(other, other.run(Operation.ENCRYPT, plain, Status.OK), sealed);
        }
        Aead[] forged = new Aead[plain.length];
        for (int i = 0; i < plain.length; i++) {
            byte[] tag = sealed[i].tag().clone();
            tag[random.nextInt(tag.length)] ^= (byte) (1 << random.nextInt(8));
            forged[i] = sealed[i].with(sealed[i].data(), tag);
        }
        for (Keyed each : keyed) {
            each.run(Operation.DECRYPT, forged, Status.BAD_TAG);
            Aead[] opened = each.run(Operation.DECRYPT, sealed, Status.OK);
            for (int i = 0; i < plain.length; i++) {
                assertThat(opened[i].data()).as("%s", each).isEqualTo(plain[i].data());
                assertThat(opened[i].tag()).as("%s", each).isEqualTo(sealed[i].tag());
            }
        }
    }

    private static void same(Keyed keyed, Aead[] ours, Aead[] theirs) {
        for (int i = 0; i < ours.length; i++) {
            assertThat(ours[i].data()).as("%s, packet %d", keyed, i).isEqualTo(theirs[i].data());
            assertThat(ours[i].tag()).as("%s, packet %d", keyed, i).isEqualTo(theirs[i].tag());
        }
    }

    /** The JDK's GCM has no ICV of 8 bytes; a shorter one is the longer one's beginning. */
    @Test
    void whatJceDoesNotServeIsGcmWithEightBytesOfIcvWhichBeginAsSixteenDo() throws CryptoException {
        CryptoProvider jce = CryptoProviders.find("jce");
        Set<Suite> more = new HashSet<>(Suite.all());
        more.removeAll(jce.suites());
        assertThat(more)
                .extracting(Suite::keyword)
                .containsExactlyInAnyOrder("aes128gcm8", "aes192gcm8", "aes256gcm8");
        for (Suite suite : more) {
            Suite longer = Suite.ofKeyword(suite.keyword().replace("gcm8", "gcm16")).orElseThrow();
            byte[] key = bytes(suite.keyMaterialLength());
            Aead plain = Aead.random(random, suite, true, 100);
            for (Party party : parties) {
                byte[] sixteen = tag(party, longer, key, plain.with(plain.data(), new byte[16]));
                if (party.serves(suite)) {
                    assertThat(tag(party, suite, key, plain))
                            .as("%s", party)
                            .isEqualTo(Arrays.copyOf(sixteen, 8));
                }
            }
        }
    }

    private static byte[] tag(Party party, Suite suite, byte[] key, Aead plain)
            throws CryptoException {
        try (Keyed keyed = party.key(suite, key)) {
            return keyed.run(Operation.ENCRYPT, new Aead[] {plain}, Status.OK)[0].tag();
        }
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
