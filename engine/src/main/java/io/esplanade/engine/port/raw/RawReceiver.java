package io.esplanade.engine.port.raw;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.SocketReceiver;

/**
 * Receives the packets of one queue. Fragments the kernel has put together before; over IPv6 it
 * keeps the headers to itself, so they are written anew, without a flow label.
 */
final class RawReceiver extends SocketReceiver<RawSocket> {

    private boolean waiting;

    RawReceiver(RawSocket[] sockets, MbufFiller filler) {
        super(sockets, filler);
    }

    @Override
    protected void begin() {
        waiting = true;
    }

    @Override
    protected boolean more() {
        return waiting;
    }

    @Override
    protected long next() {
        int before = socket.isIpv6() ? Ipv6.HEADER_LENGTH : 0;
        if (before > 0) {
            writeHeader(message - before);
        }
        long mbuf = filler.fill(message - before, before + length, 0);
        waiting = mbuf == Mbuf.NULL;
        return mbuf;
    }

    private void writeHeader(long ip) {
        Mem.putIntBE(ip, 6 << 28 | trafficClass << 20);
        Mem.putIntBE(ip + 4, length << 16 | socket.protocol() << 8 | ttl);
        Mem.putLongBE(ip + 8, sourceHigh);
        Mem.putLongBE(ip + 16, sourceLow);
        Mem.putLongBE(ip + 24, socket.high());
        Mem.putLongBE(ip + 32, socket.low());
    }
}
