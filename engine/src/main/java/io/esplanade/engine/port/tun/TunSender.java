package io.esplanade.engine.port.tun;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.os.Region;
import io.esplanade.engine.port.Coalescer;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.port.VnetHeader;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.iovec;

import java.lang.foreign.MemorySegment;

/**
 * What the kernel receives by one queue of a TUN device: a call for each run of packets that were
 * gathered. Nothing stays here: what the kernel refuses, since the device is down or gone or memory
 * is scarce, is lost.
 */
final class TunSender extends Padded implements TxQueue, Coalescer.Sink, AutoCloseable {

    private static final long IOVEC = iovec.sizeof();
    private static final long BASE = iovec.iov_base$offset();
    private static final long LENGTH = iovec.iov_len$offset();
    private static final int VNET_ROOM = 16;

    private final int fd;
    private final MbufSource home;
    private final Region region;
    private final long vectors;
    private final MemorySegment vectorSegment;
    private final Coalescer coalescer;
    private long lost;

    TunSender(int fd, boolean tcp, boolean udp, MbufSource home) {
        this.fd = fd;
        this.home = home;
        long size = (Coalescer.MOST + 1) * IOVEC;
        region = Region.map(VNET_ROOM + size, "what is written to a TUN device");
        vectors = region.address() + VNET_ROOM;
        vectorSegment = Mem.segment(vectors, size);
        coalescer = new Coalescer(this, region.address(), tcp, udp);
    }

    @Override
    public int send(Burst burst, int n) {
        for (int i = 0; i < n; i++) {
            coalescer.add(burst.get(i));
        }
        coalescer.finish();
        return n;
    }

    @Override
    public void take(long vnet, Burst run, int headers) {
        int count = run.count();
        vector(0, vnet, VnetHeader.LENGTH);
        for (int i = 0; i < count; i++) {
            long mbuf = run.get(i);
            int left = i == 0 ? 0 : headers;
            vector(i + 1, Mbuf.data(mbuf) + left, Mbuf.length(mbuf) - left);
        }
        if (Syscalls.writev(fd, vectorSegment, count + 1) < 0) {
            lost += count;
        }
        for (int i = 0; i < count; i++) {
            home.free(run.get(i));
        }
    }

    private void vector(int index, long address, int length) {
        long vector = vectors + index * IOVEC;
        Mem.putLong(vector + BASE, address);
        Mem.putLong(vector + LENGTH, length);
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
        region.close();
    }
}
