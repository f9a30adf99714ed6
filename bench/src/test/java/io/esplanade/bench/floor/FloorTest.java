package io.esplanade.bench.floor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.Mem;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.Optional;
import java.util.Random;

/** A floor that did less than the provider would be too low. */
class FloorTest {

    private static final int PACKETS = 64;
    private static final int SAS = 3;
    private static final int SIZE = 100;
    private static final int BEFORE = 32;
    private static final int WRITTEN = BEFORE + SIZE + 128;

    private final ShuffledBuffers buffers = new ShuffledBuffers(PACKETS);

    @AfterEach
    void close() {
        buffers.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "ipsec-mb"})
    void theLoopWritesTheSameBytesAsTheProvider(String name) throws Exception {
        CryptoProvider provider = provider(name);
        int compared = 0;
        for (Suite suite : provider.suites()) {
            Shape shape = Shape.of(suite, Operation.ENCRYPT, SIZE, false);
            try (Packets packets = packets(provider, shape)) {
                Optional<Contestant> loop = NativeFloor.of(name, packets);
                if (loop.isPresent()) {
                    byte[] expected = worked(new BurstFloor(packets));
                    assertThat(worked(loop.get())).as(suite.keyword()).isEqualTo(expected);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(50);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "ipsec-mb"})
    void theLoopDecryptsWhatTheProviderHasEncrypted(String name) throws Exception {
        CryptoProvider provider = provider(name);
        int compared = 0;
        for (Suite suite : provider.suites()) {
            Shape shape = Shape.of(suite, Operation.DECRYPT, SIZE, false);
            try (Packets packets = packets(provider, shape)) {
                Optional<Contestant> loop = NativeFloor.of(name, packets);
                if (loop.isPresent()) {
                    byte[] expected = worked(new BurstFloor(packets));
                    assertThat(worked(loop.get())).as(suite.keyword()).isEqualTo(expected);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(50);
    }

    /** The library is for some processors only, and a build may have no C loops. */
    private static CryptoProvider provider(String name) throws CryptoException {
        assumeThat(FloorLibrary.available()).as("this build has C loops").isTrue();
        try {
            return CryptoProviders.find(name);
        } catch (CryptoException e) {
            assumeThat(name).as(e.getMessage()).isEqualTo("openssl");
            throw e;
        }
    }

    private Packets packets(CryptoProvider provider, Shape shape) throws CryptoException {
        byte[][] keys = new byte[SAS][shape.suite().keyMaterialLength()];
        Random random = new Random(1);
        for (byte[] key : keys) {
            random.nextBytes(key);
        }
        return new Packets(provider, shape, keys, buffers.payloads());
    }

    /** Lets the floor work on packets of known bytes; answers what is in all buffers then. */
    private byte[] worked(Contestant floor) throws IOException {
        byte[] bytes = new byte[WRITTEN];
        Random random = new Random(2);
        for (long payload : buffers.payloads()) {
            random.nextBytes(bytes);
            Mem.copyFrom(bytes, 0, payload - BEFORE, WRITTEN);
        }
        floor.prepare();
        floor.run();
        floor.close();
        byte[] all = new byte[PACKETS * WRITTEN];
        int at = 0;
        for (long payload : buffers.payloads()) {
            Mem.copyTo(payload - BEFORE, all, at, WRITTEN);
            at += WRITTEN;
        }
        return all;
    }
}
