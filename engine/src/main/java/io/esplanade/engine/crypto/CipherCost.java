package io.esplanade.engine.crypto;

import io.esplanade.engine.crypto.CipherMode.Construction;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.util.concurrent.TimeUnit;

/**
 * Measures what a suite costs with a provider on this machine: encrypts bursts of packets that stay
 * in cache, under a key of its own. One thread.
 */
public final class CipherCost implements AutoCloseable {

    /** The longest packet that it measures, in bytes. */
    public static final int LONGEST = 1984;

    private static final int BURST = 32;
    private static final int BUFFER = 2048; // the ICV, at most 32 bytes, goes behind the packet

    /** How many times as long as its moment a measurement lasts at most. */
    private static final int PATIENCE = 5;

    private final CryptoProvider provider;
    private final Suite suite;
    private final Clock clock;
    private final Region buffers = Region.map((long) BURST * BUFFER, "cipher cost");
    private final CryptoBurst burst = new CryptoBurst(BURST);
    private final long context;
    private final CryptoQueue queue;

    /**
     * @param provider one that is loaded and serves {@code suite}
     * @throws CryptoException if the provider refuses
     */
    public CipherCost(CryptoProvider provider, Suite suite, Clock clock) throws CryptoException {
        this.provider = provider;
        this.suite = suite;
        this.clock = clock;
        long made = 0;
        // The key protects nothing and ends here.
        try (KeyMaterial key = KeyMaterial.takeFrom(new byte[suite.keyMaterialLength()])) {
            made = provider.newContext(suite, key, CryptoBurst.Operation.ENCRYPT);
            queue = provider.newQueue(burst);
        } catch (CryptoException | RuntimeException e) {
            if (made != 0) {
                provider.freeContext(made);
            }
            burst.close();
            buffers.close();
            throw e;
        }
        context = made;
    }

    /**
     * What a packet costs, in ns. The fastest burst counts: whatever else the machine does only
     * adds.
     *
     * @param size bytes to encrypt, up to {@link #LONGEST}; rounded up to the cipher's blocks
     * @param millis bursts that were no faster for so long are as fast as they get: compiled. Takes
     *     so long at least and five times as long at most
     * @throws IllegalStateException if the provider fails at it
     */
    public double nanos(int size, int millis) {
        if (size < 1 || size > LONGEST) {
            throw new IllegalArgumentException("1 to " + LONGEST + " bytes, not " + size);
        }
        fill(size, 0); // the first burst loads and binds what it calls
        complete();
        long moment = TimeUnit.MILLISECONDS.toNanos(millis);
        long start = clock.nanoTime();
        long now = start;
        long faster = start; // when bursts last became faster
        long least = Long.MAX_VALUE;
        for (long i = 1; now - faster < moment && now - start < PATIENCE * moment; i += BURST) {
            fill(size, i);
            long before = clock.nanoTime();
            complete();
            now = clock.nanoTime();
            if (now - before < least) {
                least = now - before;
                faster = now;
            }
        }
        check();
        return (double) least / BURST;
    }

    private void fill(int size, long sequence) {
        Construction construction = suite.mode().construction();
        int length = Math.ceilDiv(size, suite.alignment()) * suite.alignment();
        boolean encrypts =
                construction != Construction.AUTHENTICATED_ONLY && suite.mode() != CipherMode.NULL;
        int aadLength = construction == Construction.ENCRYPT_THEN_MAC ? 0 : 12;
        for (int i = 0; i < BURST; i++) {
            long data = buffers.address() + (long) i * BUFFER;
            long d =
                    burst.describe(
                            i,
                            CryptoBurst.form(
                                    CryptoBurst.Operation.ENCRYPT,
                                    suite.icvLength(),
                                    suite.mode().nonceLength()),
                            context,
                            data,
                            encrypts ? length : 0);
            CryptoBurst.aead(d, CryptoBurst.aeadForm(aadLength, 0));
            CryptoBurst.authenticated(d, data, length, data + length, 0, 0);
            Mem.putLong(d + CryptoBurst.IV, sequence + i);
        }
    }

    private void complete() {
        int submitted = 0;
        while (queue.poll() < BURST || submitted < BURST) {
            if (submitted < BURST) {
                submitted += queue.submit(submitted, BURST - submitted);
            }
        }
    }

    /** An error takes no time, and would look fast. */
    private void check() {
        for (int i = 0; i < BURST; i++) {
            if (burst.status(i) != CryptoBurst.Status.OK) {
                throw new IllegalStateException(
                        "%s fails at %s".formatted(provider.name(), suite.keyword()));
            }
        }
    }

    @Override
    public void close() {
        queue.close();
        provider.freeContext(context);
        burst.close();
        buffers.close();
    }
}
