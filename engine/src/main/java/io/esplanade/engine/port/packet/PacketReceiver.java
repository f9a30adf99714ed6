package io.esplanade.engine.port.packet;

import static io.esplanade.ffi.linux.linux.ETH_P_ALL;
import static io.esplanade.ffi.linux.linux.PACKET_ADD_MEMBERSHIP;
import static io.esplanade.ffi.linux.linux.PACKET_FANOUT;
import static io.esplanade.ffi.linux.linux.PACKET_FANOUT_HASH;
import static io.esplanade.ffi.linux.linux.PACKET_IGNORE_OUTGOING;
import static io.esplanade.ffi.linux.linux.PACKET_MR_ALLMULTI;
import static io.esplanade.ffi.linux.linux.PACKET_OTHERHOST;
import static io.esplanade.ffi.linux.linux.PACKET_RX_RING;
import static io.esplanade.ffi.linux.linux.PACKET_STATISTICS;
import static io.esplanade.ffi.linux.linux.PACKET_VERSION;
import static io.esplanade.ffi.linux.linux.PACKET_VNET_HDR;
import static io.esplanade.ffi.linux.linux.TPACKET_V3;
import static io.esplanade.ffi.linux.linux.TP_STATUS_KERNEL;
import static io.esplanade.ffi.linux.linux.TP_STATUS_USER;
import static io.esplanade.ffi.linux.linux.TP_STATUS_VLAN_VALID;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.net.PartialChecksum;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.PacketSocket;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Splitter;
import io.esplanade.engine.port.VnetHeader;
import io.esplanade.ffi.linux.packet_mreq;
import io.esplanade.ffi.linux.sockaddr_ll;
import io.esplanade.ffi.linux.tpacket3_hdr;
import io.esplanade.ffi.linux.tpacket_block_desc;
import io.esplanade.ffi.linux.tpacket_hdr_v1;
import io.esplanade.ffi.linux.tpacket_req3;
import io.esplanade.ffi.linux.tpacket_stats_v3;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;

/**
 * A receive queue: a ring of blocks that the kernel fills with frames one behind the other. A block
 * is ours when it is full, or a millisecond after its first frame.
 *
 * <p>The queue's thread receives; the conductor's {@link #tend}s it and {@link #renew}s its socket.
 */
final class PacketReceiver implements RxQueue, AutoCloseable {

    private static final int BLOCK = 128 * 1024; // holds the longest super-packet
    private static final int BLOCKS = 64;
    private static final int FRAME = 2048; // a formality: frames of a block have any length
    private static final int RETIRE_MILLIS = 1;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    // In a block, and in the header of a frame: where the kernel's structs have their members.
    private static final long HEADER = tpacket_block_desc.hdr$offset();
    private static final long STATUS = HEADER + tpacket_hdr_v1.block_status$offset();
    private static final long COUNT = HEADER + tpacket_hdr_v1.num_pkts$offset();
    private static final long FIRST = HEADER + tpacket_hdr_v1.offset_to_first_pkt$offset();
    private static final long NEXT = tpacket3_hdr.tp_next_offset$offset();
    private static final long SECONDS = tpacket3_hdr.tp_sec$offset();
    private static final long NANOS = tpacket3_hdr.tp_nsec$offset();
    private static final long LENGTH = tpacket3_hdr.tp_snaplen$offset();
    private static final long FRAME_STATUS = tpacket3_hdr.tp_status$offset();
    private static final long MAC = tpacket3_hdr.tp_mac$offset();
    private static final long ADDRESS = tpacket3_hdr.sizeof(); // aligned to TPACKET_ALIGNMENT
    private static final long KIND = ADDRESS + sockaddr_ll.sll_pkttype$offset();

    private static final int OTHERS = PACKET_OTHERHOST();
    private static final int OURS = TP_STATUS_USER();
    private static final int TAGGED = TP_STATUS_VLAN_VALID();

    private PacketSocket socket;
    private volatile PacketSocket renewed; // to be used from the next receive on
    private MbufFiller filler;
    private volatile long dropped; // by the kernel
    private long unsoundPackets; // super-packets that could not be split
    private long told; // of both

    private int block;
    private int left; // frames of the block not yet looked at
    private long frame; // the next of them
    private Splitter splitter = new Splitter(); // of that, if it is a super-packet
    private boolean unsound; // that, and to be passed over

    /** Opens a socket on a device. */
    static PacketReceiver open(int device, int group) {
        PacketReceiver receiver = new PacketReceiver();
        receiver.socket = newSocket(device, group);
        return receiver;
    }

    private PacketReceiver() {}

    private static PacketSocket newSocket(int device, int group) {
        PacketSocket socket = new PacketSocket(PacketPort.NEEDS);
        try (Arena arena = Arena.ofConfined()) {
            socket.set(PACKET_VERSION(), TPACKET_V3(), "rings of version 3");
            socket.set(PACKET_VNET_HDR(), 1, "headers that tell of partial checksums");
            socket.set(PACKET_IGNORE_OUTGOING(), 1, "what comes in alone: Linux 4.20 is needed");
            MemorySegment ring = tpacket_req3.allocate(arena);
            tpacket_req3.tp_block_size(ring, BLOCK);
            tpacket_req3.tp_block_nr(ring, BLOCKS);
            tpacket_req3.tp_frame_size(ring, FRAME);
            tpacket_req3.tp_frame_nr(ring, BLOCK / FRAME * BLOCKS);
            tpacket_req3.tp_retire_blk_tov(ring, RETIRE_MILLIS);
            socket.set(PACKET_RX_RING(), ring, "a ring to receive by");
            socket.map((long) BLOCK * BLOCKS);
            socket.bind(device, ETH_P_ALL());
            // Questions for our addresses come to groups that the kernel has not joined for us.
            MemorySegment groups = packet_mreq.allocate(arena);
            packet_mreq.mr_ifindex(groups, device);
            packet_mreq.mr_type(groups, (short) PACKET_MR_ALLMULTI());
            socket.set(PACKET_ADD_MEMBERSHIP(), groups, "the groups of its device");
            if (group != PacketPort.NO_GROUP) {
                socket.set(PACKET_FANOUT(), group | PACKET_FANOUT_HASH() << 16, "a fan-out group");
            }
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    /** The queue, which fills mbufs by {@code filler}. */
    RxQueue queue(MbufFiller filler) {
        this.filler = filler;
        return this;
    }

    /** Begins anew on a device that has come again; the conductor's thread. */
    void renew(int device, int group) {
        if (renewed != null) {
            return; // the lane has not yet come to the last one
        }
        PacketSocket next = newSocket(device, group);
        next.replace(socket);
        renewed = next;
    }

    private void change() {
        socket.close();
        socket = renewed;
        renewed = null;
        block = 0;
        left = 0;
        splitter = new Splitter(); // what it had at hand is gone
    }

    /** Adds up what the kernel has dropped; the conductor's thread. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer
    void tend() {
        PacketSocket now = renewed != null ? renewed : socket;
        now.clearError();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statistics = tpacket_stats_v3.allocate(arena);
            MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
            if (now.get(PACKET_STATISTICS(), statistics, length)) { // since it was asked last
                dropped += Integer.toUnsignedLong(tpacket_stats_v3.tp_drops(statistics));
            }
        }
    }

    @Override
    public int receive(Burst burst, int max) {
        if (renewed != null) {
            change();
        }
        int received = 0;
        while (received < max && (left > 0 || nextBlock())) {
            long mbuf = Mbuf.NULL;
            if (splitter.hasNext() || isForUs()) {
                mbuf = isSuperPacket() ? split() : take();
                if (mbuf == Mbuf.NULL && !unsound) {
                    break;
                }
            }
            if (mbuf != Mbuf.NULL) {
                burst.add(mbuf);
                received++;
            }
            if (!splitter.hasNext()) {
                next();
            }
        }
        return received;
    }

    private void next() {
        unsound = false;
        left--;
        frame += Integer.toUnsignedLong(Mem.getInt(frame + NEXT));
        if (left == 0) {
            giveBack();
        }
    }

    /** Begins with a block that the kernel has filled, if there is one. */
    private boolean nextBlock() {
        long address = blockAddress();
        while ((Mem.getIntAcquire(address + STATUS) & OURS) != 0) {
            left = Mem.getInt(address + COUNT);
            if (left > 0) {
                frame = address + Integer.toUnsignedLong(Mem.getInt(address + FIRST));
                return true;
            }
            giveBack();
            address = blockAddress();
        }
        return false;
    }

    private long blockAddress() {
        return socket.ring() + (long) block * BLOCK;
    }

    private void giveBack() {
        Mem.putIntRelease(blockAddress() + STATUS, TP_STATUS_KERNEL());
        block = block + 1 == BLOCKS ? 0 : block + 1;
    }

    /** Not what is for other stations or on a VLAN. */
    private boolean isForUs() {
        return Mem.getUnsignedByte(frame + KIND) != OTHERS
                && (Mem.getInt(frame + FRAME_STATUS) & TAGGED) == 0;
    }

    private boolean isSuperPacket() {
        return VnetHeader.type(offloads()) != VnetHeader.NONE;
    }

    /** The next packet of a super-packet. */
    private long split() {
        if (!splitter.hasNext()) {
            int length = Mem.getInt(frame + LENGTH);
            long data = offloads() + VnetHeader.LENGTH;
            unsound = !splitter.begin(offloads(), data, length, Ethernet.HEADER_LENGTH);
            if (unsound) {
                unsoundPackets++;
                return Mbuf.NULL;
            }
        }
        long mbuf = splitter.next(filler);
        if (mbuf != Mbuf.NULL) {
            Mbuf.time(mbuf, time());
        }
        return mbuf;
    }

    private long time() {
        return Integer.toUnsignedLong(Mem.getInt(frame + SECONDS)) * SECOND
                + Mem.getInt(frame + NANOS);
    }

    /** Where the frame's {@link VnetHeader} is. */
    private long offloads() {
        return frame + Mem.getShort(frame + MAC) - VnetHeader.LENGTH;
    }

    private long take() {
        long vnet = offloads();
        long mbuf = filler.fill(vnet + VnetHeader.LENGTH, Mem.getInt(frame + LENGTH), time());
        if (mbuf != Mbuf.NULL && VnetHeader.isPartial(vnet)) {
            PartialChecksum.complete(
                    Mbuf.data(mbuf),
                    Mbuf.length(mbuf),
                    VnetHeader.checksumStart(vnet),
                    VnetHeader.checksumOffset(vnet));
        }
        return mbuf;
    }

    @Override
    public boolean ready() {
        return left > 0
                || renewed != null
                || (Mem.getIntAcquire(blockAddress() + STATUS) & OURS) != 0;
    }

    @Override
    public int[] descriptors() {
        return new int[] {socket.descriptor()};
    }

    @Override
    public long starved() {
        return filler.starved();
    }

    @Override
    public long takeLost() {
        long now = dropped + unsoundPackets;
        long taken = now - told;
        told = now;
        return taken;
    }

    @Override
    public void close() {
        if (renewed != null) {
            change();
        }
        socket.close();
    }
}
