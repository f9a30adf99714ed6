package io.esplanade.engine.testing;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A cipher that changes nothing and takes as long as it is told to: two gateways that both use it
 * understand each other.
 */
public final class PacedProvider implements CryptoProvider {

    private final long nanosPerPacket;
    private final AtomicInteger contexts = new AtomicInteger();

    public PacedProvider(long nanosPerPacket) {
        this.nanosPerPacket = nanosPerPacket;
    }

    @Override
    public String name() {
        return "paced-" + nanosPerPacket;
    }

    @Override
    public void load() {}

    @Override
    public String description() {
        return "no cipher, " + nanosPerPacket + " ns a packet";
    }

    @Override
    public Set<Suite> suites() {
        return Set.copyOf(Suite.all());
    }

    @Override
    public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction) {
        return contexts.incrementAndGet();
    }

    @Override
    public void freeContext(long context) {
        contexts.decrementAndGet();
    }

    @Override
    public int contexts() {
        return contexts.get();
    }

    @Override
    public CryptoQueue newQueue(CryptoBurst burst) {
        return new Queue(burst);
    }

    private final class Queue implements CryptoQueue {
        private final CryptoBurst burst;
        private int done;

        Queue(CryptoBurst burst) {
            this.burst = burst;
        }

        @Override
        public int submit(int from, int n) {
            long until = System.nanoTime() + n * nanosPerPacket;
            for (int i = from; i < from + n; i++) {
                burst.status(i, CryptoBurst.Status.OK);
            }
            while (nanosPerPacket > 0 && System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            done = from + n;
            return n;
        }

        @Override
        public int poll() {
            return done;
        }

        @Override
        public int failed() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
