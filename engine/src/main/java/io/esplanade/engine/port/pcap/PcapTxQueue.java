package io.esplanade.engine.port.pcap;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.TxQueue;

import java.io.IOException;

/** Writes what is sent to a capture. One thread. */
final class PcapTxQueue implements TxQueue {

    private final String port;
    private final PcapWriter writer;
    private final MbufSource home;
    private volatile IOException failure;

    PcapTxQueue(String port, PcapWriter writer, MbufSource home) {
        this.port = port;
        this.writer = writer;
        this.home = home;
    }

    @Override
    public int send(Burst burst, int n) {
        int sent = 0;
        try {
            while (sent < n && failure == null) {
                long mbuf = burst.get(sent);
                long time = Mbuf.time(mbuf);
                if (time == 0) {
                    time = Clock.system().epochNanos();
                }
                writer.write(Mbuf.data(mbuf), Mbuf.length(mbuf), time);
                home.free(mbuf);
                sent++;
            }
        } catch (IOException e) {
            fail(e);
        }
        return sent;
    }

    @Override
    public void flush() {
        if (failure == null) {
            try {
                writer.flush();
            } catch (IOException e) {
                fail(e);
            }
        }
    }

    private void fail(IOException e) {
        failure = PcapPort.failure(port, e);
    }

    @Override
    public Throwable failure() {
        return failure;
    }
}
