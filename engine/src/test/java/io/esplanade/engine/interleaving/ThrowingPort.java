package io.esplanade.engine.interleaving;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;

import java.io.IOException;
import java.util.Set;

/**
 * A port whose queues throw at times, before or after their work, which no port may.
 *
 * @param port the sound one
 * @param fault throws when a queue is to
 */
record ThrowingPort(Port port, Runnable fault) implements Port {

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

    @Override
    public String name() {
        return port.name();
    }

    @Override
    public Side side() {
        return port.side();
    }

    @Override
    public LinkType linkType() {
        return port.linkType();
    }

    @Override
    public int mtu() {
        return port.mtu();
    }

    @Override
    public long mac() {
        return port.mac();
    }

    @Override
    public int rxQueues() {
        return port.rxQueues();
    }

    @Override
    public int txQueues() {
        return port.txQueues();
    }

    @Override
    public Set<Capability> capabilities() {
        return port.capabilities();
    }

    @Override
    public void attach(MbufPool pool) throws IOException {
        port.attach(pool);
    }

    @Override
    public void close() throws IOException {
        port.close();
    }
}
