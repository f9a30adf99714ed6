package io.esplanade.bench.bed;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A provider that does nothing and says that it went well, so that what is measured is the gateway
 * alone. What it "encrypts" leaves in clear: it is for benchmarks, is no service, and no
 * configuration can name it.
 */
public final class NullProvider implements CryptoProvider {

    private final AtomicInteger contexts = new AtomicInteger();

    @Override
    public String name() {
        return "null";
    }

    @Override
    public void load() {
        // There is nothing to load.
    }

    @Override
    public String description() {
        return "no cipher: packets pass unchanged";
    }

    @Override
    public Set<Suite> suites() {
        return Set.copyOf(Suite.all());
    }

    @Override
    public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction) {
        contexts.incrementAndGet();
        return 1;
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

    private static final class Queue implements CryptoQueue {
        private final CryptoBurst burst;
        private int completed;

        Queue(CryptoBurst burst) {
            this.burst = burst;
        }

        @Override
        public int submit(int from, int n) {
            for (int i = from; i < from + n; i++) {
                burst.status(i, Status.OK);
            }
            completed = from + n;
            return n;
        }

        @Override
        public int poll() {
            return completed;
        }

        @Override
        public int failed() {
            return 0;
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }
}
