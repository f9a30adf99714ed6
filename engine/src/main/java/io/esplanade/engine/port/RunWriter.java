package io.esplanade.engine.port;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.os.Region;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.iovec;

import java.lang.foreign.MemorySegment;

/**
 * Gives the kernel runs that a {@link Coalescer} has gathered: a call for each, of the packets
 * where they are. One thread.
 */
public final class RunWriter extends Padded implements AutoCloseable {

    private static final long IOVEC = iovec.sizeof();
    private static final long BASE = iovec.iov_base$offset();
    private static final long LENGTH = iovec.iov_len$offset();
    private static final int VNET_ROOM = 16;

    private final MbufSource home;
    private final Region region;
    private final long vectors;
    private final MemorySegment vectorSegment;

    /**
     * @param home to which packets go back
     */
    public RunWriter(MbufSource home) {
        this.home = home;
        long size = (Coalescer.MOST + 1) * IOVEC;
        region = Region.map(VNET_ROOM + size, "what is written in runs");
        vectors = region.address() + VNET_ROOM;
        vectorSegment = Mem.segment(vectors, size);
    }

    /** Room for the {@link VnetHeader} of the next run. */
    public long vnet() {
        return region.address();
    }

    /**
     * Writes a run behind {@link #vnet}, and frees its packets.
     *
     * @param headers bytes of headers in each but the first, to be left out
     * @return how many packets were lost: none, or all, which the kernel refused
     */
    public int write(int descriptor, Burst run, int headers) {
        int count = run.count();
        vector(0, vnet(), VnetHeader.LENGTH);
        for (int i = 0; i < count; i++) {
            long mbuf = run.get(i);
            int left = i == 0 ? 0 : headers;
            vector(i + 1, Mbuf.data(mbuf) + left, Mbuf.length(mbuf) - left);
        }
        int lost = Syscalls.writev(descriptor, vectorSegment, count + 1) < 0 ? count : 0;
        for (int i = 0; i < count; i++) {
            home.free(run.get(i));
        }
        return lost;
    }

    private void vector(int index, long address, int length) {
        long vector = vectors + index * IOVEC;
        Mem.putLong(vector + BASE, address);
        Mem.putLong(vector + LENGTH, length);
    }

    @Override
    public void close() {
        region.close();
    }
}
