package io.esplanade.engine.interleaving;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.testing.DelegatingPort;

/** A port whose queues throw at times, before or after their work, which no port may. */
final class ThrowingPort extends DelegatingPort {

    private final Runnable fault;

    /**
     * @param port the sound one
     * @param fault throws when a queue is to
     */
    ThrowingPort(Port port, Runnable fault) {
        super(port);
        this.fault = fault;
    }

    @Override
    public RxQueue rxQueue(int index, MbufSource source) {
        RxQueue queue = port.rxQueue(index, source);
        return new RxQueue() {
            @Override
            public int receive(Burst burst, int max) {
                fault.run();
                int n = queue.receive(burst, max);
                if (n > 0) {
                    fault.run();
                }
                return n;
            }

            @Override
            public boolean ready() {
                return queue.ready();
            }

            @Override
            public boolean ended() {
                return queue.ended();
            }

            @Override
            public long starved() {
                return queue.starved();
            }
        };
    }

    @Override
    public TxQueue txQueue(int index, MbufSource home) {
        TxQueue queue = port.txQueue(index, home);
        return new TxQueue() {
            @Override
            public int send(Burst burst, int n) {
                fault.run();
                int sent = queue.send(burst, n);
                fault.run();
                return sent;
            }

            @Override
            public void flush() {
                queue.flush();
            }

            @Override
            public int reclaim() {
                return queue.reclaim();
            }

            @Override
            public int pending() {
                return queue.pending();
            }

            @Override
            public Throwable failure() {
                return queue.failure();
            }
        };
    }
}
