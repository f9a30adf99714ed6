package io.esplanade.engine.port.tun;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.port.Coalescer;
import io.esplanade.engine.port.RunWriter;
import io.esplanade.engine.port.TxQueue;

/**
 * What the kernel receives by one queue of a TUN device: a call for each run of packets that were
 * gathered. Nothing stays here: what the kernel refuses, since the device is down or gone or memory
 * is scarce, is lost.
 */
final class TunSender extends Padded implements TxQueue, AutoCloseable {

    private final RunWriter writer;
    private final Coalescer coalescer;
    private long lost;

    TunSender(int fd, boolean tcp, boolean udp, MbufSource home) {
        writer = new RunWriter(home);
        Coalescer.Sink sink = (run, headers) -> lost += writer.write(fd, run, headers);
        coalescer = new Coalescer(sink, writer.vnet(), 0, tcp, udp);
    }

    @Override
    public int send(Burst burst, int n) {
        for (int i = 0; i < n; i++) {
            coalescer.add(burst.get(i));
        }
        coalescer.finish();
        return n;
    }

    /** Packets that the kernel refused. */
    @Override
    public long takeLost() {
        long taken = lost;
        lost = 0;
        return taken;
    }

    @Override
    public void close() {
        writer.close();
    }
}
