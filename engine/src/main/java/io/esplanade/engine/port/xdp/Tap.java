package io.esplanade.engine.port.xdp;

import static io.esplanade.engine.port.SocketFilter.instruction;
import static io.esplanade.ffi.linux.linux.ETH_P_ALL;
import static io.esplanade.ffi.linux.linux.PACKET_IGNORE_OUTGOING;
import static io.esplanade.ffi.linux.linux.PACKET_RX_RING;
import static io.esplanade.ffi.linux.linux.PACKET_VERSION;
import static io.esplanade.ffi.linux.linux.TPACKET_V2;
import static io.esplanade.ffi.linux.linux.TP_STATUS_KERNEL;
import static io.esplanade.ffi.linux.linux.TP_STATUS_USER;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.PacketSocket;
import io.esplanade.ffi.linux.tpacket2_hdr;
import io.esplanade.ffi.linux.tpacket_req;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A packet socket that hears what both the port and the kernel are to know, and what the XDP
 * program therefore leaves to the kernel: ARP, neighbour discovery, and ICMP errors that a packet
 * was too big. To look whether it has heard anything takes no system call: it has a ring. The
 * thread that receives, but for {@link #bind}.
 */
final class Tap implements AutoCloseable {

    /** Frames of its ring, longer than any of these messages but for errors, whose end is cut. */
    private static final int FRAME = 2048;

    private static final int FRAMES = 64;

    private static final long STATUS = tpacket2_hdr.tp_status$offset();
    private static final long LENGTH = tpacket2_hdr.tp_snaplen$offset();
    private static final long MAC = tpacket2_hdr.tp_mac$offset();

    // Code, jumps if true and if false, value.
    private static final long[] FILTER = {
        instruction(0x28, 0, 0, 12), // the EtherType
        instruction(0x15, 13, 0, 0x0806), // ARP: take it
        instruction(0x15, 0, 5, 0x86dd),
        instruction(0x30, 0, 0, 20), // IPv6: the next header
        instruction(0x15, 0, 11, 58),
        instruction(0x30, 0, 0, 54), // ICMPv6: the type
        instruction(0x15, 8, 0, 2), // too big: take it
        instruction(0x35, 6, 8, 133), // neighbour discovery, or at least not below it
        instruction(0x15, 0, 7, 0x0800),
        instruction(0x30, 0, 0, 23), // IPv4: the protocol
        instruction(0x15, 0, 5, 1),
        instruction(0xb1, 0, 0, 14), // X: bytes of the header
        instruction(0x48, 0, 0, 14), // ICMP: type and code
        instruction(0x15, 1, 2, 0x0304), // fragmentation needed: take it
        instruction(0x25, 1, 0, 137),
        instruction(0x06, 0, 0, 0x40000),
        instruction(0x06, 0, 0, 0)
    };

    private final PacketSocket socket;
    private int next; // the frame that the kernel fills next

    Tap(int device) {
        socket =
                new PacketSocket(
                        "af-xdp needs CAP_NET_RAW, CAP_NET_ADMIN, CAP_BPF and CAP_IPC_LOCK: grant"
                                + " them");
        try (Arena arena = Arena.ofConfined()) {
            socket.filter(FILTER);
            socket.set(PACKET_VERSION(), TPACKET_V2(), "rings of version 2");
            socket.set(PACKET_IGNORE_OUTGOING(), 1, "what comes in alone: Linux 4.20 is needed");
            MemorySegment ring = tpacket_req.allocate(arena);
            tpacket_req.tp_block_size(ring, FRAME * FRAMES);
            tpacket_req.tp_block_nr(ring, 1);
            tpacket_req.tp_frame_size(ring, FRAME);
            tpacket_req.tp_frame_nr(ring, FRAMES);
            socket.set(PACKET_RX_RING(), ring, "a ring to receive by");
            socket.map(FRAME * FRAMES);
            bind(device);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Joins it to a device, again if that has come again. */
    void bind(int device) {
        socket.bind(device, ETH_P_ALL());
    }

    /** Forgets the error that a device going down has left, which polling would meet for ever. */
    void clearError() {
        socket.clearError();
    }

    int descriptor() {
        return socket.descriptor();
    }

    /** As {@link io.esplanade.engine.port.RxQueue#receive}. */
    int receive(Burst burst, int max, MbufFiller filler) {
        int received = 0;
        while (received < max) {
            long frame = socket.ring() + (long) next * FRAME;
            if ((Mem.getIntAcquire(frame + STATUS) & TP_STATUS_USER()) == 0) {
                break;
            }
            long start = frame + Mem.getShort(frame + MAC);
            long mbuf = filler.fill(start, Mem.getInt(frame + LENGTH), 0);
            Mem.putIntRelease(frame + STATUS, TP_STATUS_KERNEL());
            next = next + 1 == FRAMES ? 0 : next + 1;
            if (mbuf == Mbuf.NULL) {
                break; // those who asked ask again
            }
            burst.add(mbuf);
            received++;
        }
        return received;
    }

    @Override
    public void close() {
        socket.close();
    }
}
