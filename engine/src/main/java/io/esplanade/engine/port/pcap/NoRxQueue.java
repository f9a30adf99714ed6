package io.esplanade.engine.port.pcap;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.port.RxQueue;

/** The receive queue of a port that only writes. */
final class NoRxQueue implements RxQueue {

    @Override
    public int receive(Burst burst, int max) {
        return 0;
    }

    @Override
    public boolean ready() {
        return false;
    }

    @Override
    public boolean ended() {
        return true;
    }
}
