package io.esplanade.engine.abuse;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A port that does what ports may do but ours do not, and what none may: packets anywhere in their
 * buffers, queues that throw, failures to open and to close.
 */
final class OddPort implements Port {

    enum Fault {
        ATTACH,
        RX_QUEUE,
        RECEIVE,
        SEND,
        CLOSE
    }

    /** A packet to be received, and how many bytes of its buffer are before and behind it. */
    private record Arrival(byte[] packet, int headroom) {}

    private final String name;
    private final Side side;
    private final Set<Fault> faults = EnumSet.noneOf(Fault.class);
    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private final List<byte[]> sent = new ArrayList<>();
    private int flags;
    private int closed;

    OddPort(String name, Side side) {
        this.name = name;
        this.side = side;
    }

    OddPort with(Fault fault) {
        faults.add(fault);
        return this;
    }

    void without(Fault fault) {
        faults.remove(fault);
    }

    /** Lets a packet arrive in a small mbuf, {@code headroom} bytes into its buffer. */
    void arrive(byte[] packet, int headroom) {
        arrivals.add(new Arrival(packet, headroom));
    }

    /** Marks what arrives with these mbuf flags. */
    OddPort marking(int newFlags) {
        flags = newFlags;
        return this;
    }

    List<byte[]> sent() {
        return sent;
    }

    /** How often it was closed. */
    int closed() {
        return closed;
    }

    private void failIf(Fault fault) throws IOException {
        if (faults.contains(fault)) {
            throw new IOException("port " + name + ": a fault at " + fault);
        }
    }

    private void throwIf(Fault fault) {
        if (faults.contains(fault)) {
            throw new IllegalStateException("port " + name + ": a fault at " + fault);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Side side() {
        return side;
    }

    @Override
    public LinkType linkType() {
        return LinkType.RAW_IP;
    }

    @Override
    public int mtu() {
        return 9000;
    }

    @Override
    public int rxQueues() {
        return 1;
    }

    @Override
    public int txQueues() {
        return 1;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    @Override
    public void attach(MbufPool pool) throws IOException {
        failIf(Fault.ATTACH);
    }

    @Override
    public RxQueue rxQueue(int index, MbufSource source) {
        throwIf(Fault.RX_QUEUE);
        return (burst, max) -> receive(burst, max, source);
    }

    private int receive(Burst burst, int max, MbufSource source) {
        int received = 0;
        for (; received < max && !arrivals.isEmpty(); received++) {
            Arrival arrival = arrivals.poll();
            long mbuf = source.allocate(1, Owner.INGRESS);
            Mbuf.reset(mbuf, arrival.headroom);
            Mem.copyFrom(arrival.packet, 0, Mbuf.data(mbuf), arrival.packet.length);
            Mbuf.length(mbuf, arrival.packet.length);
            Mbuf.flags(mbuf, flags);
            burst.add(mbuf);
            throwIf(Fault.RECEIVE); // with an mbuf in the burst already
        }
        return received;
    }

    @Override
    public TxQueue txQueue(int index, MbufSource home) {
        return (burst, n) -> {
            for (int i = 0; i < n; i++) {
                long mbuf = burst.get(i);
                sent.add(Mem.bytes(Mbuf.data(mbuf), Mbuf.length(mbuf)));
                home.free(mbuf);
                throwIf(Fault.SEND); // with one taken and the others not
            }
            return n;
        };
    }

    @Override
    public void close() throws IOException {
        closed++;
        failIf(Fault.CLOSE);
    }
}
