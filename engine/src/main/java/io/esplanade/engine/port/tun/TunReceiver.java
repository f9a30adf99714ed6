package io.esplanade.engine.port.tun;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.os.Region;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Splitter;
import io.esplanade.engine.port.VnetHeader;
import io.esplanade.ffi.linux.Syscalls;

import java.lang.foreign.MemorySegment;

/** What the kernel sends by one queue of a TUN device: a call for each super-packet. */
final class TunReceiver extends Padded implements RxQueue, AutoCloseable {

    private static final int SIZE = VnetHeader.LENGTH + 0xffff;

    private final int fd;
    private final MbufFiller filler;
    private final Splitter splitter = new Splitter();
    private final Region region = Region.map(SIZE, "what is read from a TUN device");
    private final MemorySegment buffer = Mem.segment(region.address(), SIZE);
    private long lost;

    TunReceiver(int fd, MbufFiller filler) {
        this.fd = fd;
        this.filler = filler;
    }

    @Override
    public int receive(Burst burst, int max) {
        int received = 0;
        while (received < max && (splitter.hasNext() || read())) {
            long mbuf = splitter.next(filler);
            if (mbuf == Mbuf.NULL) {
                break;
            }
            burst.add(mbuf);
            received++;
        }
        return received;
    }

    /** Reads a packet or super-packet; false if there is none, or the device is down or gone. */
    private boolean read() {
        while (true) {
            long n = Syscalls.read(fd, buffer, SIZE);
            if (n < 0) {
                return false;
            }
            long vnet = region.address();
            int length = (int) n - VnetHeader.LENGTH;
            if (length > 0 && splitter.begin(vnet, vnet + VnetHeader.LENGTH, length, 0)) {
                return true;
            }
            lost++;
        }
    }

    @Override
    public int[] descriptors() {
        return new int[] {fd};
    }

    @Override
    public long starved() {
        return filler.starved();
    }

    /** Super-packets that were not what their header said. */
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
