package io.esplanade.engine.abuse;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.Mem;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Another provider that is watched: which contexts there are, how many there were, and whether a
 * burst names one that is not there, before it is submitted or when it has completed.
 */
final class CountingProvider implements CryptoProvider {

    private final CryptoProvider watched;
    private final Set<Long> contexts = ConcurrentHashMap.newKeySet();
    private final AtomicLong made = new AtomicLong();
    private final AtomicLong usedAfterFree = new AtomicLong();

    CountingProvider(CryptoProvider watched) {
        this.watched = watched;
    }

    /** How many it has made, freed ones too. */
    long made() {
        return made.get();
    }

    /** How many operations there were with contexts that had been freed. */
    long usedAfterFree() {
        return usedAfterFree.get();
    }

    @Override
    public String name() {
        return "counting";
    }

    @Override
    public void load() throws CryptoException {
        watched.load();
    }

    @Override
    public String description() {
        return watched.description();
    }

    @Override
    public Set<Suite> suites() {
        return watched.suites();
    }

    @Override
    public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction)
            throws CryptoException {
        long context = watched.newContext(suite, key, direction);
        made.incrementAndGet();
        contexts.add(context);
        return context;
    }

    @Override
    public void freeContext(long context) {
        contexts.remove(context); // before its memory can be another's
        watched.freeContext(context);
    }

    @Override
    public int contexts() {
        return contexts.size();
    }

    @Override
    public CryptoQueue newQueue(CryptoBurst burst) {
        return new Queue(watched.newQueue(burst), burst);
    }

    private final class Queue implements CryptoQueue {
        private final CryptoQueue queue;
        private final CryptoBurst burst;

        Queue(CryptoQueue queue, CryptoBurst burst) {
            this.queue = queue;
            this.burst = burst;
        }

        @Override
        public int submit(int from, int n) {
            check(from, n);
            int accepted = queue.submit(from, n);
            check(from, n);
            return accepted;
        }

        private void check(int from, int n) {
            for (int i = from; i < from + n; i++) {
                if (!contexts.contains(Mem.getLong(burst.address(i) + CryptoBurst.CONTEXT))) {
                    usedAfterFree.incrementAndGet();
                }
            }
        }

        @Override
        public int poll() {
            return queue.poll();
        }

        @Override
        public int failed() {
            return queue.failed();
        }

        @Override
        public void close() {
            queue.close();
        }
    }
}
