package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoRig.Aead;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What every {@link CryptoProvider} must do, synchronous or not. */
abstract class CryptoProviderContract {

    private static final int[] SIZES = {0, 1, 15, 16, 17, 31, 64, 100, 1400, 1401, 9000};

    private final Random random = new Random(4303);
    private final List<Long> made = new ArrayList<>();
    CryptoProvider provider;
    private CryptoRig rig;
    private int contextsBefore;

    abstract CryptoProvider newProvider();

    @BeforeEach
    void open() throws CryptoException {
        provider = newProvider();
        provider.load();
        contextsBefore = provider.contexts();
        rig = new CryptoRig(provider);
    }

    @AfterEach
    void everyContextIsFreed() {
        rig.close();
        made.forEach(provider::freeContext);
        assertThat(provider.contexts()).isEqualTo(contextsBefore);
    }

    @Test
    void whatWasEncryptedIsDecryptedToTheSame() throws CryptoException {
        for (Suite suite : provider.suites()) {
            byte[] key = bytes(suite.keyMaterialLength());
            long encrypting = context(suite, key, Operation.ENCRYPT);
            long decrypting = context(suite, key, Operation.DECRYPT);
            for (int size : SIZES) {
                Aead plain = Aead.random(random, suite, size % 2 == 0, size);
                Aead sealed = encrypt(suite, encrypting, plain);
                if (size >= 8) {
                    assertThat(Arrays.equals(sealed.data(), plain.data()))
                            .as("%s leaves the text in clear", suite)
                            .isEqualTo(!encrypts(suite));
                }
                assertThat(rig.run(Operation.DECRYPT, suite, decrypting, sealed))
                        .as("%s, %d bytes", suite, size)
                        .isEqualTo(Status.OK);
                Aead opened = rig.result(0, sealed);
                assertThat(opened.data()).isEqualTo(plain.data());
                assertThat(opened.tag()).as("the tag to compare").isEqualTo(sealed.tag());
            }
        }
    }

    @Test
    void whateverTheSuiteEveryBitOfTextTagAndSequenceNumberCounts() throws CryptoException {
        for (Suite suite : provider.suites()) {
            byte[] key = bytes(suite.keyMaterialLength());
            long encrypting = context(suite, key, Operation.ENCRYPT);
            long decrypting = context(suite, key, Operation.DECRYPT);
            for (boolean esn : new boolean[] {false, true}) {
                Aead sealed = encrypt(suite, encrypting, Aead.random(random, suite, esn, 48));
                for (int bit = 0; bit < sealed.tag().length * 8; bit++) {
                    refused(
                            suite,
                            decrypting,
                            sealed.with(sealed.data(), flipped(sealed.tag(), bit)));
                }
                for (int bit = 0; bit < sealed.data().length * 8; bit++) {
                    refused(
                            suite,
                            decrypting,
                            sealed.with(flipped(sealed.data(), bit), sealed.tag()));
                }
                for (int bit = 0; bit < sealed.aad().length * 8; bit++) {
                    refused(suite, decrypting, sealed.withAad(flipped(sealed.aad(), bit)));
                }
                assertThat(rig.run(Operation.DECRYPT, suite, decrypting, sealed))
                        .as("%s", suite)
                        .isEqualTo(Status.OK);
            }
        }
    }

    private void refused(Suite suite, long context, Aead wrong) {
        assertThat(rig.run(Operation.DECRYPT, suite, context, wrong))
                .as("%s", suite)
                .isEqualTo(Status.BAD_TAG);
    }

    private static boolean encrypts(Suite suite) {
        return suite.mode() != CipherMode.NULL && suite.mode() != CipherMode.GMAC;
    }

    @Test
    void textThatIsNotOfWholeBlocksIsAnErrorWhereTheCipherWantsThem() throws CryptoException {
        for (Suite suite : provider.suites()) {
            if (suite.mode().iv() == CipherMode.Iv.UNPREDICTABLE) { // CBC
                byte[] key = bytes(suite.keyMaterialLength());
                long encrypting = context(suite, key, Operation.ENCRYPT);
                Aead whole = Aead.random(random, suite, false, 48);
                Aead part = whole.with(bytes(47), whole.tag());
                assertThat(rig.run(Operation.ENCRYPT, suite, encrypting, part))
                        .as("%s", suite)
                        .isEqualTo(Status.ERROR);
                assertThat(rig.run(Operation.ENCRYPT, suite, encrypting, whole))
                        .as("%s", suite)
                        .isEqualTo(Status.OK);
            }
        }
    }

    @Test
    void aBurstMayHaveOperationsOfEverySuite() throws CryptoException {
        List<Suite> suites = List.copyOf(provider.suites());
        long[] encrypting = new long[CryptoRig.OPERATIONS];
        Aead[] plain = new Aead[CryptoRig.OPERATIONS];
        Aead[] alone = new Aead[CryptoRig.OPERATIONS];
        for (int from = 0; from < suites.size(); from += CryptoRig.OPERATIONS) {
            int n = Math.min(CryptoRig.OPERATIONS, suites.size() - from);
            for (int i = 0; i < n; i++) {
                Suite suite = suites.get(from + i);
                byte[] key = bytes(suite.keyMaterialLength());
                plain[i] = Aead.random(random, suite, i % 2 == 0, 10 * i);
                alone[i] = encrypt(suite, context(suite, key, Operation.ENCRYPT), plain[i]);
                encrypting[i] = context(suite, key, Operation.ENCRYPT);
            }
            for (int i = 0; i < n; i++) {
                rig.fill(i, Operation.ENCRYPT, suites.get(from + i), encrypting[i], plain[i]);
            }
            rig.run(n);
            for (int i = 0; i < n; i++) {
                assertThat(rig.burst.status(i)).isEqualTo(Status.OK);
                Aead together = rig.result(i, plain[i]);
                assertThat(together.data()).isEqualTo(alone[i].data());
                assertThat(together.tag()).isEqualTo(alone[i].tag());
            }
        }
    }

    @Test
    void theOperationsOfABurstAreEachDoneWithTheirOwnContextIvAndLength() throws CryptoException {
        byte[][] keys = {bytes(20), bytes(20), bytes(20)};
        Aead[] plain = new Aead[CryptoRig.OPERATIONS];
        long[] encrypting = new long[keys.length];
        long[] decrypting = new long[keys.length];
        for (int k = 0; k < keys.length; k++) {
            encrypting[k] = context(Suite.AES_GCM_16_128, keys[k].clone(), Operation.ENCRYPT);
            decrypting[k] = context(Suite.AES_GCM_16_128, keys[k].clone(), Operation.DECRYPT);
        }
        for (int i = 0; i < plain.length; i++) {
            plain[i] = packet(random.nextInt(2000), i % 2 == 0 ? 8 : 12);
            rig.fill(i, Operation.ENCRYPT, encrypting[i % 3], plain[i]);
        }
        rig.run(plain.length);
        Aead[] sealed = new Aead[plain.length];
        for (int i = 0; i < plain.length; i++) {
            assertThat(rig.burst.status(i)).isEqualTo(Status.OK);
            sealed[i] = rig.result(i, plain[i]);
        }
        for (int i = 0; i < plain.length; i++) {
            rig.fill(i, Operation.DECRYPT, decrypting[i % 3], sealed[i]);
        }
        rig.run(plain.length);
        for (int i = 0; i < plain.length; i++) {
            assertThat(rig.burst.status(i)).isEqualTo(Status.OK);
            assertThat(rig.result(i, sealed[i]).data()).isEqualTo(plain[i].data());
        }
        assertThat(rig.run(Operation.DECRYPT, decrypting[1], sealed[0])).isEqualTo(Status.BAD_TAG);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 40, 1400})
    void aTagWrongInAnyOneBitIsBad(int size) throws CryptoException {
        Pair pair = pair();
        Aead sealed = encrypt(pair.encrypting, packet(size, 8));
        for (int bit = 0; bit < sealed.tag().length * 8; bit++) {
            Aead wrong = sealed.with(sealed.data(), flipped(sealed.tag(), bit));
            assertThat(rig.run(Operation.DECRYPT, pair.decrypting, wrong))
                    .as("bit " + bit)
                    .isEqualTo(Status.BAD_TAG);
            rig.result(0, wrong);
        }
        assertThat(rig.run(Operation.DECRYPT, pair.decrypting, sealed)).isEqualTo(Status.OK);
    }

    @Test
    void dataAadOrIvWrongInAnyOneBitIsBad() throws CryptoException {
        Pair pair = pair();
        Aead sealed = encrypt(pair.encrypting, packet(40, 12));
        for (int bit = 0; bit < 40 * 8; bit++) {
            Aead wrong = sealed.with(flipped(sealed.data(), bit), sealed.tag());
            assertThat(rig.run(Operation.DECRYPT, pair.decrypting, wrong))
                    .as("bit " + bit + " of the data")
                    .isEqualTo(Status.BAD_TAG);
        }
        for (int bit = 0; bit < 12 * 8; bit++) {
            assertThat(
                            rig.run(
                                    Operation.DECRYPT,
                                    pair.decrypting,
                                    sealed.withAad(flipped(sealed.aad(), bit))))
                    .as("bit " + bit + " of the AAD")
                    .isEqualTo(Status.BAD_TAG);
            assertThat(
                            rig.run(
                                    Operation.DECRYPT,
                                    pair.decrypting,
                                    sealed.withIv(flipped(sealed.iv(), bit))))
                    .as("bit " + bit + " of the IV")
                    .isEqualTo(Status.BAD_TAG);
        }
        byte[] shorter = Arrays.copyOf(sealed.aad(), 8);
        assertThat(rig.run(Operation.DECRYPT, pair.decrypting, sealed.withAad(shorter)))
                .isEqualTo(Status.BAD_TAG);
        assertThat(rig.run(Operation.DECRYPT, pair.decrypting, sealed)).isEqualTo(Status.OK);
    }

    @Test
    void aBadTagIsItsOwnOperationsOnly() throws CryptoException {
        Pair pair = pair();
        Aead[] sealed = new Aead[CryptoRig.OPERATIONS];
        for (int i = 0; i < sealed.length; i++) {
            sealed[i] = encrypt(pair.encrypting, packet(100 + i, 8));
        }
        for (int i = 0; i < sealed.length; i++) {
            byte[] tag = i % 3 == 1 ? flipped(sealed[i].tag(), i) : sealed[i].tag();
            rig.fill(i, Operation.DECRYPT, pair.decrypting, sealed[i].with(sealed[i].data(), tag));
        }
        rig.run(sealed.length);
        for (int i = 0; i < sealed.length; i++) {
            assertThat(rig.burst.status(i)).isEqualTo(i % 3 == 1 ? Status.BAD_TAG : Status.OK);
        }
    }

    @Test
    void withoutAadOnlyTheDataIsAuthenticated() throws CryptoException {
        Pair pair = pair();
        Aead sealed = encrypt(pair.encrypting, packet(64, 0));
        assertThat(rig.run(Operation.DECRYPT, pair.decrypting, sealed)).isEqualTo(Status.OK);
        assertThat(rig.run(Operation.DECRYPT, pair.decrypting, sealed.withAad(new byte[8])))
                .isEqualTo(Status.BAD_TAG);
    }

    @Test
    void theKeyIsNotNeededOnceTheContextIsMade() throws CryptoException {
        byte[] key = bytes(20);
        KeyMaterial material = KeyMaterial.takeFrom(key.clone());
        long encrypting = provider.newContext(Suite.AES_GCM_16_128, material, Operation.ENCRYPT);
        made.add(encrypting);
        material.close();
        long decrypting = context(Suite.AES_GCM_16_128, key, Operation.DECRYPT);
        Aead sealed = encrypt(encrypting, packet(64, 8));
        assertThat(rig.run(Operation.DECRYPT, decrypting, sealed)).isEqualTo(Status.OK);
    }

    @Test
    void aKeyOfTheWrongLengthIsRefusedWithBothLengthsAndNoContextIsMade() {
        for (Suite suite : provider.suites()) {
            for (int wrong :
                    new int[] {1, suite.keyMaterialLength() - 1, suite.keyMaterialLength() + 1}) {
                try (KeyMaterial key = KeyMaterial.takeFrom(bytes(wrong))) {
                    assertThatThrownBy(() -> provider.newContext(suite, key, Operation.ENCRYPT))
                            .isInstanceOf(CryptoException.class)
                            .hasMessageContaining(suite.keyword())
                            .hasMessageContaining(" " + suite.keyMaterialLength() + " ")
                            .hasMessageContaining(" " + wrong);
                }
            }
        }
        assertThat(provider.contexts()).isEqualTo(contextsBefore);
    }

    @Test
    void aSuiteItDoesNotServeIsRefused() {
        for (Suite suite : Suite.all()) {
            if (!provider.suites().contains(suite)) {
                try (KeyMaterial key = KeyMaterial.takeFrom(bytes(suite.keyMaterialLength()))) {
                    assertThatThrownBy(() -> provider.newContext(suite, key, Operation.DECRYPT))
                            .isInstanceOf(CryptoException.class)
                            .hasMessageContaining(suite.keyword());
                }
            }
        }
        assertThat(provider.suites()).contains(Suite.AES_GCM_16_128);
        assertThat(provider.contexts()).isEqualTo(contextsBefore);
    }

    @Test
    void contextsAreCountedUntilFreedAndFreedOnce() throws CryptoException {
        long one = context(Suite.AES_GCM_16_128, bytes(20), Operation.ENCRYPT);
        long two = context(Suite.AES_GCM_16_128, bytes(20), Operation.DECRYPT);
        assertThat(one).isNotZero().isNotEqualTo(two);
        assertThat(two).isNotZero();
        assertThat(provider.contexts()).isEqualTo(contextsBefore + 2);

        provider.freeContext(made.remove(0));

        assertThat(provider.contexts()).isEqualTo(contextsBefore + 1);
        assertThatThrownBy(() -> provider.freeContext(one))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> provider.freeContext(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(provider.contexts()).isEqualTo(contextsBefore + 1);
    }

    @Test
    void aQueueClosesAloneAndItsContextsServeTheNext() throws CryptoException {
        Pair pair = pair();
        Aead plain = packet(64, 8);
        Aead sealed = encrypt(pair.encrypting, plain);
        CryptoRig other = new CryptoRig(provider);
        assertThat(other.run(Operation.DECRYPT, pair.decrypting, sealed)).isEqualTo(Status.OK);
        other.close();
        assertThat(rig.run(Operation.DECRYPT, pair.decrypting, sealed)).isEqualTo(Status.OK);
    }

    @Test
    void workersDoNotDisturbEachOther() throws Exception {
        try (ExecutorService workers = Executors.newFixedThreadPool(2)) {
            List<Future<?>> results = new ArrayList<>();
            for (int worker = 0; worker < 2; worker++) {
                Pair pair = pair();
                byte[] data = bytes(200);
                results.add(workers.submit(() -> workOn(pair, data)));
            }
            for (Future<?> result : results) {
                result.get();
            }
        }
    }

    private void workOn(Pair pair, byte[] data) {
        try (CryptoRig mine = new CryptoRig(provider)) {
            for (int i = 0; i < 500; i++) {
                byte[] iv = new byte[12];
                iv[11] = (byte) i;
                iv[10] = (byte) (i >> 8);
                Aead plain = new Aead(iv, new byte[8], data, new byte[16]);
                assertThat(mine.run(Operation.ENCRYPT, pair.encrypting, plain))
                        .isEqualTo(Status.OK);
                Aead sealed = mine.result(0, plain);
                assertThat(mine.run(Operation.DECRYPT, pair.decrypting, sealed))
                        .isEqualTo(Status.OK);
                assertThat(mine.result(0, sealed).data()).isEqualTo(data);
            }
        }
    }

    @Test
    void itSaysWhoItIs() {
        assertThat(provider.name()).isNotBlank().doesNotContain(" ");
        assertThat(provider.description()).isNotBlank();
    }

    private record Pair(long encrypting, long decrypting) {}

    private Pair pair() throws CryptoException {
        byte[] key = bytes(Suite.AES_GCM_16_128.keyMaterialLength());
        return new Pair(
                context(Suite.AES_GCM_16_128, key, Operation.ENCRYPT),
                context(Suite.AES_GCM_16_128, key, Operation.DECRYPT));
    }

    private long context(Suite suite, byte[] key, Operation direction) throws CryptoException {
        try (KeyMaterial material = KeyMaterial.takeFrom(key.clone())) {
            long context = provider.newContext(suite, material, direction);
            made.add(context);
            return context;
        }
    }

    private Aead encrypt(long context, Aead plain) {
        return encrypt(Suite.AES_GCM_16_128, context, plain);
    }

    private Aead encrypt(Suite suite, long context, Aead plain) {
        assertThat(rig.run(Operation.ENCRYPT, suite, context, plain))
                .as("%s, %d bytes", suite, plain.data().length)
                .isEqualTo(Status.OK);
        return rig.result(0, plain);
    }

    private Aead packet(int size, int aadLength) {
        return new Aead(bytes(12), bytes(aadLength), bytes(size), new byte[16]);
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8 % bytes.length] ^= (byte) (1 << bit % 8);
        return flipped;
    }
}
