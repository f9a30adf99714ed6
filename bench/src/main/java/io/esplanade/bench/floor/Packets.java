package io.esplanade.bench.floor;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.os.Mem;

/**
 * The cryptography of packets and nothing else: the keys of some SAs in turn, buffers in an order
 * of the caller's, in place, in bursts by the provider. A packet's nonce is its place in that
 * order. One thread at a time.
 */
public final class Packets implements AutoCloseable {

    static final int BURST = Burst.DEFAULT_SIZE;

    private final CryptoProvider provider;
    private final Shape shape;
    private final long[] payloads;
    private final long[][] contexts = new long[Operation.values().length][];
    private final CryptoBurst burst = new CryptoBurst(BURST);
    private final CryptoQueue queue;

    /**
     * @param keys each SA's key material
     * @param payloads where each packet's payload begins: whole bursts, with room before and behind
     */
    public Packets(CryptoProvider provider, Shape shape, byte[][] keys, long[] payloads)
            throws CryptoException {
        if (payloads.length == 0 || payloads.length % BURST != 0) {
            throw new IllegalArgumentException("whole bursts of " + BURST + " are needed");
        }
        this.provider = provider;
        this.shape = shape;
        this.payloads = payloads;
        for (Operation operation : Operation.values()) {
            contexts[operation.ordinal()] = newContexts(keys, operation);
        }
        queue = provider.newQueue(burst);
    }

    private long[] newContexts(byte[][] keys, Operation operation) throws CryptoException {
        long[] made = new long[keys.length];
        for (int i = 0; i < keys.length; i++) {
            try (KeyMaterial key = KeyMaterial.takeFrom(keys[i].clone())) {
                made[i] = provider.newContext(shape.suite(), key, operation);
            }
        }
        return made;
    }

    Shape shape() {
        return shape;
    }

    long[] payloads() {
        return payloads;
    }

    long[] contexts() {
        return contexts[shape.operation().ordinal()];
    }

    /** Makes all of them ready to be worked on. */
    int prepare() {
        if (shape.operation() == Operation.DECRYPT) {
            run(Operation.ENCRYPT);
        }
        return payloads.length;
    }

    /** Works on all of them. */
    void run() {
        run(shape.operation());
    }

    private void run(Operation operation) {
        long[] keyed = contexts[operation.ordinal()];
        int sa = 0;
        for (int at = 0; at < payloads.length; at += BURST) {
            for (int i = 0; i < BURST; i++) {
                describe(i, operation, keyed[sa], payloads[at + i], at + i + 1);
                sa = sa + 1 == keyed.length ? 0 : sa + 1;
            }
            queue.submit(BURST);
        }
    }

    private void describe(int index, Operation operation, long context, long payload, int number) {
        int nonceLength = shape.nonceLength();
        int aadLength = shape.aadLength();
        long d =
                burst.describe(
                        index,
                        CryptoBurst.form(operation, shape.tagLength(), nonceLength),
                        context,
                        payload - shape.textBefore(),
                        shape.textLength());
        CryptoBurst.aead(d, CryptoBurst.aeadForm(aadLength, 0));
        if (shape.authLength() > 0) {
            CryptoBurst.authenticated(
                    d,
                    payload - shape.authBefore(),
                    shape.authLength(),
                    payload + shape.payload(),
                    0,
                    0);
        }
        if (nonceLength > 0) {
            Mem.putLongBE(d + CryptoBurst.IV + nonceLength - Long.BYTES, number);
        }
        if (aadLength > 0) {
            Mem.putLongBE(d + CryptoBurst.AAD + aadLength - Long.BYTES, number);
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
