package io.esplanade.bench.parts;

import io.esplanade.bench.parts.StageTimes.Stage;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.port.TxQueue;

import java.util.Set;

/**
 * The places where a stage calls out to what is timed as another: the cipher, the transmit queue.
 */
final class Timed {

    private Timed() {}

    static TxQueue queue(TxQueue queue, StageTimes times) {
        return new TxQueue() {
            @Override
            public int send(Burst burst, int n) {
                long since = times.now();
                int taken = queue.send(burst, n);
                times.add(Stage.TRANSMIT, since);
                return taken;
            }

            @Override
            public int pending() {
                return queue.pending();
            }
        };
    }

    /** A provider whose queues, of which one thread makes one, tell how long submitting takes. */
    record Provider(CryptoProvider provider, StageTimes times) implements CryptoProvider {

        @Override
        public String name() {
            return provider.name();
        }

        @Override
        public void load() throws CryptoException {
            provider.load();
        }

        @Override
        public String description() {
            return provider.description();
        }

        @Override
        public Set<Suite> suites() {
            return provider.suites();
        }

        @Override
        public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction)
                throws CryptoException {
            return provider.newContext(suite, key, direction);
        }

        @Override
        public void freeContext(long context) {
            provider.freeContext(context);
        }

        @Override
        public int contexts() {
            return provider.contexts();
        }

        @Override
        public CryptoQueue newQueue(CryptoBurst burst) {
            return new Queue(provider.newQueue(burst), times);
        }
    }

    private record Queue(CryptoQueue queue, StageTimes times) implements CryptoQueue {

        @Override
        public int submit(int from, int n) {
            long since = times.now();
            int accepted = queue.submit(from, n);
            times.add(Stage.CIPHER, since);
            return accepted;
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
