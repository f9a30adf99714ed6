package io.esplanade.engine.port.packet;

import static io.esplanade.ffi.linux.linux.EAGAIN;
import static io.esplanade.ffi.linux.linux.ENOBUFS;
import static io.esplanade.ffi.linux.linux.MSG_DONTWAIT;
import static io.esplanade.ffi.linux.linux.PACKET_LOSS;
import static io.esplanade.ffi.linux.linux.PACKET_QDISC_BYPASS;
import static io.esplanade.ffi.linux.linux.PACKET_TX_RING;
import static io.esplanade.ffi.linux.linux.PACKET_VERSION;
import static io.esplanade.ffi.linux.linux.PACKET_VNET_HDR;
import static io.esplanade.ffi.linux.linux.TPACKET_V2;
import static io.esplanade.ffi.linux.linux.TP_STATUS_SENDING;
import static io.esplanade.ffi.linux.linux.TP_STATUS_SEND_REQUEST;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.Coalescer;
import io.esplanade.engine.port.PacketSocket;
import io.esplanade.engine.port.RunWriter;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.tpacket2_hdr;
import io.esplanade.ffi.linux.tpacket_req;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A transmit queue: a ring of frames into which packets are copied, and one call for all that came
 * since the last. On the protected side, runs of TCP segments become super-packets, each sent by a
 * call of its own: hosts behind the port do once for all what they would do for each, and
 * acknowledge them together.
 *
 * <p>The queue's thread sends; the conductor's {@link #renew}s its socket.
 */
final class PacketSender implements TxQueue, AutoCloseable {

    private static final int FRAMES = 1024;
    private static final int SHORTEST_FRAME = 2048;
    private static final int BLOCK = 64 * 1024; // whole frames, and whole pages

    private static final long STATUS = tpacket2_hdr.tp_status$offset();
    private static final long LENGTH = tpacket2_hdr.tp_len$offset();
    private static final long DATA = tpacket2_hdr.sizeof(); // where the kernel expects the frame
    private static final int BUSY = TP_STATUS_SEND_REQUEST() | TP_STATUS_SENDING();
    private static final int REQUEST = TP_STATUS_SEND_REQUEST();

    private final PacketPort port;
    private final int frameSize;
    private PacketSocket socket;
    private volatile PacketSocket renewed; // to be used from the next send on
    private final PacketSocket wide; // for super-packets; null on the unprotected side
    private MbufSource home;
    private RunWriter writer;
    private Coalescer coalescer; // null where nothing is gathered
    private int next; // the frame that comes next
    private boolean unsent;
    private long lost; // and not told

    /** Opens sockets on a device. */
    PacketSender(PacketPort port, int device) {
        this.port = port;
        long longest = DATA + Ethernet.HEADER_LENGTH + port.mtu();
        frameSize = (int) Math.max(SHORTEST_FRAME, Long.highestOneBit(2 * longest - 1));
        socket = newSocket(device);
        try {
            wide = port.side() == Side.PROTECTED ? newWideSocket(device) : null;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private PacketSocket newSocket(int device) {
        PacketSocket opened = new PacketSocket(PacketPort.NEEDS);
        try (Arena arena = Arena.ofConfined()) {
            opened.set(PACKET_VERSION(), TPACKET_V2(), "rings of version 2");
            opened.set(PACKET_LOSS(), 1, "a ring that skips frames it cannot send");
            opened.set(PACKET_QDISC_BYPASS(), 1, "a way around queueing disciplines");
            int block = Math.max(BLOCK, frameSize);
            MemorySegment ring = tpacket_req.allocate(arena);
            tpacket_req.tp_block_size(ring, block);
            tpacket_req.tp_block_nr(ring, FRAMES / (block / frameSize));
            tpacket_req.tp_frame_size(ring, frameSize);
            tpacket_req.tp_frame_nr(ring, FRAMES);
            opened.set(PACKET_TX_RING(), ring, "a ring to send by");
            opened.map((long) frameSize * FRAMES);
            opened.bind(device, 0);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    private static PacketSocket newWideSocket(int device) {
        PacketSocket opened = new PacketSocket(PacketPort.NEEDS);
        try {
            opened.set(PACKET_VNET_HDR(), 1, "headers that tell of super-packets");
            opened.set(PACKET_QDISC_BYPASS(), 1, "a way around queueing disciplines");
            opened.bind(device, 0);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    /** The queue, which frees to {@code home}. */
    TxQueue queue(MbufSource home) {
        this.home = home;
        if (wide != null) {
            writer = new RunWriter(home);
            coalescer =
                    new Coalescer(this::take, writer.vnet(), Ethernet.HEADER_LENGTH, true, false);
        }
        return this;
    }

    /** Begins anew on a device that has come again; the conductor's thread. */
    void renew(int device) {
        if (renewed == null) { // else the lane has not yet come to the last one
            PacketSocket fresh = newSocket(device);
            fresh.replace(socket);
            renewed = fresh;
            if (wide != null) {
                wide.bind(device, 0);
            }
        }
    }

    private void change() {
        socket.close();
        socket = renewed;
        renewed = null;
        next = 0;
    }

    @Override
    public int send(Burst burst, int n) {
        if (renewed != null) {
            change();
        }
        int longest = port.limitNow() + Ethernet.HEADER_LENGTH;
        int frame = next; // that a packet needs, if each of those before it needs one
        int sent = 0;
        while (sent < n) {
            long mbuf = burst.get(sent);
            if (Mbuf.length(mbuf) > longest) {
                lost++;
                home.free(mbuf);
            } else if (isBusy(frame)) {
                break;
            } else {
                frame = after(frame);
                if (coalescer == null) {
                    put(mbuf);
                } else {
                    coalescer.add(mbuf);
                }
            }
            sent++;
        }
        if (coalescer != null) {
            coalescer.finish();
        }
        return sent;
    }

    private boolean isBusy(int frame) {
        return (Mem.getIntAcquire(address(frame) + STATUS) & BUSY) != 0;
    }

    private long address(int frame) {
        return socket.ring() + (long) frame * frameSize;
    }

    private static int after(int frame) {
        return frame + 1 == FRAMES ? 0 : frame + 1;
    }

    /** Copies a packet into the ring, where there is room, and frees it. */
    private void put(long mbuf) {
        long frame = address(next);
        int length = Mbuf.length(mbuf);
        Mem.copy(Mbuf.data(mbuf), frame + DATA, length);
        Mem.putInt(frame + LENGTH, length);
        Mem.putIntRelease(frame + STATUS, REQUEST);
        next = after(next);
        unsent = true;
        home.free(mbuf);
    }

    /** Sends what was gathered, behind what has been put into the ring before. */
    private void take(Burst run, int headers) {
        if (run.count() == 1) {
            put(run.get(0));
        } else {
            flush();
            lost += writer.write(wide.descriptor(), run, headers);
        }
    }

    @Override
    public void flush() {
        if (unsent) {
            long result =
                    Syscalls.sendto(
                            socket.descriptor(),
                            MemorySegment.NULL,
                            0,
                            MSG_DONTWAIT(),
                            MemorySegment.NULL,
                            0);
            // What the device could not take is tried again; what it will not take is skipped.
            unsent = result == -EAGAIN() || result == -ENOBUFS();
        }
    }

    /**
     * {@inheritDoc} What was copied is free at once; what the device did not take is tried again.
     */
    @Override
    public int reclaim() {
        flush();
        return 0;
    }

    @Override
    public long takeLost() {
        long taken = lost;
        lost = 0;
        return taken;
    }

    @Override
    public void close() {
        if (renewed != null) {
            change();
        }
        socket.close();
        if (wide != null) {
            wide.close();
        }
        if (writer != null) {
            writer.close();
        }
    }
}
