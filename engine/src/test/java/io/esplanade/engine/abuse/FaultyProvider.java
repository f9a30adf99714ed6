package io.esplanade.engine.abuse;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.crypto.jce.JceProvider;

import java.util.Set;

/** The JDK's provider with a fault that can be turned on. */
final class FaultyProvider implements CryptoProvider {

    enum Fault {
        NONE,
        /** Operations end in an error. */
        ERROR,
        /** Submitting throws, which no provider may. */
        THROW,
        /** No more contexts can be made. */
        NO_CONTEXT,
        /** No queue can be made. */
        NO_QUEUE
    }

    private final CryptoProvider sound = new JceProvider();
    private volatile Fault fault = Fault.NONE;
    private int openQueues;

    void fault(Fault newFault) {
        fault = newFault;
    }

    /** Queues made and not closed. */
    int openQueues() {
        return openQueues;
    }

    @Override
    public String name() {
        return "faulty";
    }

    @Override
    public void load() throws CryptoException {
        sound.load();
    }

    @Override
    public String description() {
        return "faulty " + sound.description();
    }

    @Override
    public Set<Suite> suites() {
        return sound.suites();
    }

    @Override
    public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction)
            throws CryptoException {
        if (fault == Fault.NO_CONTEXT) {
            throw new CryptoException("out of contexts");
        }
        return sound.newContext(suite, key, direction);
    }

    @Override
    public void freeContext(long context) {
        sound.freeContext(context);
    }

    @Override
    public int contexts() {
        return sound.contexts();
    }

    @Override
    public CryptoQueue newQueue(CryptoBurst burst) {
        if (fault == Fault.NO_QUEUE) {
            throw new IllegalStateException("out of queues");
        }
        CryptoQueue queue = sound.newQueue(burst);
        openQueues++;
        return new CryptoQueue() {
            @Override
            public int submit(int from, int n) {
                switch (fault) {
                    case ERROR -> {
                        int submitted = queue.submit(from, n);
                        for (int i = from; i < from + n; i++) {
                            burst.status(i, Status.ERROR);
                        }
                        return submitted;
                    }
                    case THROW -> throw new IllegalStateException("a fault of the provider");
                    default -> {
                        return queue.submit(from, n);
                    }
                }
            }

            @Override
            public int poll() {
                return queue.poll();
            }

            @Override
            public int failed() {
                return fault == Fault.ERROR ? queue.poll() : queue.failed();
            }

            @Override
            public void close() {
                openQueues--;
                queue.close();
            }
        };
    }
}
