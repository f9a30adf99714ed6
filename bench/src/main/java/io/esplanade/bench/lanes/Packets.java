package io.esplanade.bench.lanes;

import io.esplanade.bench.bed.Traffic;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.os.Mem;

/**
 * The cryptography of a lane's packets and nothing else: those keys and SAs in turn, those buffers
 * in that order, in place, in bursts by the provider. A packet's IV is its place in the order. One
 * thread.
 */
final class Packets implements AutoCloseable {

    static final int BURST = Burst.DEFAULT_SIZE;

    private static final int SALT = 4;
    private static final int IV = 12;
    private static final int AAD = 12;
    static final int ICV = 16;

    private final CryptoProvider provider;
    private final long[] texts;
    private final int length;
    private final long[][] contexts = new long[Operation.values().length][];
    private final CryptoBurst burst = new CryptoBurst(BURST);
    private final CryptoQueue queue;

    /**
     * @param keys each SA's
     * @param texts where each packet's text begins
     * @param length of each text
     */
    Packets(CryptoProvider provider, byte[][] keys, long[] texts, int length)
            throws CryptoException {
        this.provider = provider;
        this.texts = texts;
        this.length = length;
        for (Operation operation : Operation.values()) {
            contexts[operation.ordinal()] = newContexts(keys, operation);
        }
        queue = provider.newQueue(burst);
    }

    private long[] newContexts(byte[][] keys, Operation operation) throws CryptoException {
        long[] made = new long[keys.length];
        for (int i = 0; i < keys.length; i++) {
            try (KeyMaterial key = KeyMaterial.takeFrom(keys[i].clone())) {
                made[i] = provider.newContext(Traffic.SUITE, key, operation);
            }
        }
        return made;
    }

    /** How many there are: whole bursts. */
    int count() {
        return texts.length;
    }

    int length() {
        return length;
    }

    int aadLength() {
        return AAD;
    }

    long[] texts() {
        return texts.clone();
    }

    long[] contexts(Operation operation) {
        return contexts[operation.ordinal()].clone();
    }

    /** Works on all of them. */
    void run(Operation operation) {
        long[] keyed = contexts[operation.ordinal()];
        int sa = 0;
        for (int at = 0; at < texts.length; at += BURST) {
            for (int i = 0; i < BURST; i++) {
                long text = texts[at + i];
                long d =
                        burst.describe(
                                i, operation, keyed[sa], text, length, text + length, ICV, IV, AAD);
                Mem.putLongBE(d + CryptoBurst.IV + SALT, at + i);
                Mem.putLongBE(d + CryptoBurst.AAD + SALT, at + i);
                sa = sa + 1 == keyed.length ? 0 : sa + 1;
            }
            queue.submit(BURST);
        }
    }

    /**
     * @throws IllegalStateException if an operation of the last burst went wrong
     */
    void check() {
        for (int i = 0; i < BURST; i++) {
            if (burst.status(i) != CryptoBurst.Status.OK) {
                throw new IllegalStateException("operation " + i + ": " + burst.status(i));
            }
        }
    }

    @Override
    public void close() {
        queue.close();
        for (long[] made : contexts) {
            for (long context : made) {
                provider.freeContext(context);
            }
        }
        burst.close();
    }
}
