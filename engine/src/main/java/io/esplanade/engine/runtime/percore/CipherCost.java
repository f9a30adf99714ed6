package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.CipherMode.Construction;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.util.concurrent.TimeUnit;

/**
 * What a suite costs with a provider on this machine, measured for a moment before it is needed: ns
 * for encrypting a packet of {@link #SMALL} and of {@link #LARGE} bytes in a burst.
 */
record CipherCost(double small, double large) {

    static final int SMALL = 64;
    static final int LARGE = 1400;

    private static final int BURST = 32;
    private static final int BUFFER = 2048;

    /** Bursts that were no faster for so long are as fast as they get: compiled; ns. */
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LONGEST = 5 * MOMENT;

    static CipherCost measure(CryptoProvider provider, Suite suite, Clock clock)
            throws CryptoException {
        // A key of its own, which protects nothing and ends here.
        try (KeyMaterial key = KeyMaterial.takeFrom(new byte[suite.keyMaterialLength()]);
                Region buffers = Region.map((long) BURST * BUFFER, "cipher cost");
                CryptoBurst burst = new CryptoBurst(BURST)) {
            long context = provider.newContext(suite, key, CryptoBurst.Operation.ENCRYPT);
            try (CryptoQueue queue = provider.newQueue(burst)) {
                Bench bench = new Bench(suite, context, buffers.address(), burst, queue, clock);
                return new CipherCost(bench.nanos(SMALL), bench.nanos(LARGE));
            } finally {
                provider.freeContext(context);
            }
        }
    }

    private record Bench(
            Suite suite,
            long context,
            long buffers,
            CryptoBurst burst,
            CryptoQueue queue,
            Clock clock) {

        /** The fastest burst counts: whatever else the machine does only adds. */
        double nanos(int length) {
            long start = clock.nanoTime();
            long now = start;
            long faster = start; // when bursts last became faster
            long least = Long.MAX_VALUE;
            for (long i = 1; now - faster < MOMENT && now - start < LONGEST; i += BURST) {
                fill(length, i);
                long before = clock.nanoTime();
                complete();
                now = clock.nanoTime();
                if (now - before < least) {
                    least = now - before;
                    faster = now;
                }
            }
            return (double) least / BURST;
        }

        private void fill(int size, long sequence) {
            Construction construction = suite.mode().construction();
            int length = Math.ceilDiv(size, suite.alignment()) * suite.alignment();
            boolean encrypts =
                    construction != Construction.AUTHENTICATED_ONLY
                            && suite.mode() != CipherMode.NULL;
            int aadLength = construction == Construction.ENCRYPT_THEN_MAC ? 0 : 12;
            for (int i = 0; i < BURST; i++) {
                long data = buffers + (long) i * BUFFER;
                long d =
                        burst.describe(
                                i,
                                CryptoBurst.Operation.ENCRYPT,
                                context,
                                data,
                                encrypts ? length : 0,
                                data + length,
                                suite.icvLength(),
                                suite.mode().nonceLength(),
                                aadLength);
                CryptoBurst.authenticated(d, data, length, 0, 0);
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
    }
}
