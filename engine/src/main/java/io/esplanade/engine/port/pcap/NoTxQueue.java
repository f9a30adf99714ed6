package io.esplanade.engine.port.pcap;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.port.TxQueue;

import java.io.IOException;

/** The transmit queue of a port that only reads: fails when it is first used. */
final class NoTxQueue implements TxQueue {

    private final String port;
    private volatile IOException failure;

    NoTxQueue(String port) {
        this.port = port;
    }

    @Override
    public int send(Burst burst, int n) {
        if (failure == null) {
            failure = new IOException("port " + port + " only reads; give it write: FILE");
        }
        return 0;
    }

    @Override
    public Throwable failure() {
        return failure;
    }
}
