package io.esplanade.engine.port.xdp;

import static io.esplanade.ffi.linux.linux.AF_XDP;
import static io.esplanade.ffi.linux.linux.EAFNOSUPPORT;
import static io.esplanade.ffi.linux.linux.EBUSY;
import static io.esplanade.ffi.linux.linux.EINVAL;
import static io.esplanade.ffi.linux.linux.ENOBUFS;
import static io.esplanade.ffi.linux.linux.EPERM;
import static io.esplanade.ffi.linux.linux.SOCK_CLOEXEC;
import static io.esplanade.ffi.linux.linux.SOCK_RAW;
import static io.esplanade.ffi.linux.linux.SOL_XDP;
import static io.esplanade.ffi.linux.linux.XDP_COPY;
import static io.esplanade.ffi.linux.linux.XDP_MMAP_OFFSETS;
import static io.esplanade.ffi.linux.linux.XDP_OPTIONS;
import static io.esplanade.ffi.linux.linux.XDP_OPTIONS_ZEROCOPY;
import static io.esplanade.ffi.linux.linux.XDP_PGOFF_RX_RING;
import static io.esplanade.ffi.linux.linux.XDP_PGOFF_TX_RING;
import static io.esplanade.ffi.linux.linux.XDP_RX_RING;
import static io.esplanade.ffi.linux.linux.XDP_SHARED_UMEM;
import static io.esplanade.ffi.linux.linux.XDP_STATISTICS;
import static io.esplanade.ffi.linux.linux.XDP_TX_RING;
import static io.esplanade.ffi.linux.linux.XDP_UMEM_COMPLETION_RING;
import static io.esplanade.ffi.linux.linux.XDP_UMEM_FILL_RING;
import static io.esplanade.ffi.linux.linux.XDP_UMEM_PGOFF_COMPLETION_RING;
import static io.esplanade.ffi.linux.linux.XDP_UMEM_PGOFF_FILL_RING;
import static io.esplanade.ffi.linux.linux.XDP_UMEM_REG;
import static io.esplanade.ffi.linux.linux.XDP_USE_NEED_WAKEUP;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.OsException;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.sockaddr_xdp;
import io.esplanade.ffi.linux.xdp_desc;
import io.esplanade.ffi.linux.xdp_mmap_offsets;
import io.esplanade.ffi.linux.xdp_options;
import io.esplanade.ffi.linux.xdp_statistics;
import io.esplanade.ffi.linux.xdp_umem_reg;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An AF_XDP socket on one queue of a device, whose memory is an mbuf pool's small buffers. The
 * rings belong to the threads that receive and send.
 */
final class XdpSocket implements AutoCloseable {

    /** Entries of each ring: what comes in ten milliseconds, in which a thread may not run. */
    static final int ENTRIES = 4096;

    /** Packets that one call sends at most, where the kernel lets us choose (Linux 6.18). */
    private static final int SEND_BUDGET = 256;

    private static final int XDP_MAX_TX_SKB_BUDGET = 9;

    /** How often a queue is tried that another socket may just have left: for a second. */
    static final int PATIENT = 50;

    private static final long BIND_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private int descriptor;
    private XdpRing received;
    private XdpRing posted;
    private XdpRing sent;
    private XdpRing completed;

    /**
     * Opens a socket and binds it.
     *
     * @param first the socket of the same device and pool that was opened first, or null
     * @param tries how often the queue is tried
     */
    XdpSocket(MbufPool pool, int device, int queue, boolean copy, XdpSocket first, int tries) {
        descriptor = Syscalls.socket(AF_XDP(), SOCK_RAW() | SOCK_CLOEXEC(), 0);
        if (descriptor < 0) {
            throw refused(-descriptor);
        }
        try (Arena arena = Arena.ofConfined()) {
            if (first == null) {
                register(pool, arena);
            }
            for (int ring :
                    new int[] {
                        XDP_UMEM_FILL_RING(),
                        XDP_UMEM_COMPLETION_RING(),
                        XDP_RX_RING(),
                        XDP_TX_RING()
                    }) {
                set(ring, arena.allocateFrom(JAVA_INT, ENTRIES), "a ring");
            }
            map(arena);
            bind(device, queue, copy, first, tries, arena);
            setOption(XDP_MAX_TX_SKB_BUDGET, arena.allocateFrom(JAVA_INT, SEND_BUDGET));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static OsException refused(int errno) {
        if (errno == EPERM()) {
            return new OsException("af-xdp needs CAP_NET_RAW: grant it", errno);
        }
        return new OsException(
                errno == EAFNOSUPPORT()
                        ? "this kernel has no AF_XDP (CONFIG_XDP_SOCKETS): use af-packet"
                        : "cannot open an AF_XDP socket",
                errno);
    }

    private void register(MbufPool pool, Arena arena) {
        long bytes = (long) pool.smallCount() * MbufPool.SMALL_SIZE;
        MemorySegment memory = xdp_umem_reg.allocate(arena);
        xdp_umem_reg.addr(memory, pool.buffers().address());
        xdp_umem_reg.len(memory, bytes);
        xdp_umem_reg.chunk_size(memory, MbufPool.SMALL_SIZE);
        int result = setOption(XDP_UMEM_REG(), memory);
        if (result == -ENOBUFS()) {
            throw new OsException(
                    ("af-xdp locks the mbufs' %d KiB into memory, more than the limit: grant"
                                    + " CAP_IPC_LOCK, raise the limit (ulimit -l, LimitMEMLOCK=) or"
                                    + " have fewer mbufs")
                            .formatted(bytes >> 10),
                    ENOBUFS());
        }
        if (result < 0) {
            throw new OsException("cannot have mbufs for an AF_XDP socket's memory", -result);
        }
    }

    private void set(int option, MemorySegment value, String what) {
        int result = setOption(option, value);
        if (result < 0) {
            throw new OsException("an AF_XDP socket cannot have " + what, -result);
        }
    }

    private int setOption(int option, MemorySegment value) {
        return Syscalls.setsockopt(descriptor, SOL_XDP(), option, value, (int) value.byteSize());
    }

    private boolean get(int option, MemorySegment value, Arena arena) {
        MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
        return Syscalls.getsockopt(descriptor, SOL_XDP(), option, value, length) == 0;
    }

    private void map(Arena arena) {
        MemorySegment offsets = xdp_mmap_offsets.allocate(arena);
        if (!get(XDP_MMAP_OFFSETS(), offsets, arena)) {
            throw new OsException("cannot ask where an AF_XDP socket's rings are", EINVAL());
        }
        int packet = (int) xdp_desc.sizeof();
        received =
                new XdpRing(
                        descriptor,
                        ENTRIES,
                        packet,
                        xdp_mmap_offsets.rx(offsets),
                        XDP_PGOFF_RX_RING());
        sent =
                new XdpRing(
                        descriptor,
                        ENTRIES,
                        packet,
                        xdp_mmap_offsets.tx(offsets),
                        Integer.toUnsignedLong(XDP_PGOFF_TX_RING()));
        posted =
                new XdpRing(
                        descriptor,
                        ENTRIES,
                        Long.BYTES,
                        xdp_mmap_offsets.fr(offsets),
                        XDP_UMEM_PGOFF_FILL_RING());
        completed =
                new XdpRing(
                        descriptor,
                        ENTRIES,
                        Long.BYTES,
                        xdp_mmap_offsets.cr(offsets),
                        XDP_UMEM_PGOFF_COMPLETION_RING());
    }

    private void bind(
            int device, int queue, boolean copy, XdpSocket first, int tries, Arena arena) {
        MemorySegment address = sockaddr_xdp.allocate(arena);
        sockaddr_xdp.sxdp_family(address, (short) AF_XDP());
        sockaddr_xdp.sxdp_ifindex(address, device);
        sockaddr_xdp.sxdp_queue_id(address, queue);
        int flags = XDP_USE_NEED_WAKEUP() | (copy ? XDP_COPY() : 0);
        if (first != null) {
            flags = XDP_SHARED_UMEM(); // which takes the first one's other flags
            sockaddr_xdp.sxdp_shared_umem_fd(address, first.descriptor);
        }
        sockaddr_xdp.sxdp_flags(address, (short) flags);
        int result = 0;
        for (int i = 0; i < tries; i++) {
            result = Syscalls.bind(descriptor, address, (int) address.byteSize());
            if (result != -EBUSY()) {
                break;
            }
            if (i + 1 < tries) {
                LockSupport.parkNanos(BIND_PAUSE);
            }
        }
        if (result == -EBUSY()) {
            throw new OsException(
                    "queue %d of the device is another AF_XDP socket's".formatted(queue), EBUSY());
        }
        if (result < 0) {
            throw new OsException(
                    "cannot bind an AF_XDP socket to queue %d of the device%s"
                            .formatted(
                                    queue,
                                    result == -EINVAL() ? ", if it has so many (queues)" : ""),
                    -result);
        }
    }

    int descriptor() {
        return descriptor;
    }

    /** What the kernel has received for us. */
    XdpRing received() {
        return received;
    }

    /** What it may receive into: the fill ring. */
    XdpRing posted() {
        return posted;
    }

    /** What it is to send. */
    XdpRing sent() {
        return sent;
    }

    /** What it has sent. */
    XdpRing completed() {
        return completed;
    }

    /** Whether the driver receives into the mbufs themselves. */
    boolean isZeroCopy() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options = xdp_options.allocate(arena);
            return get(XDP_OPTIONS(), options, arena)
                    && (xdp_options.flags(options) & XDP_OPTIONS_ZEROCOPY()) != 0;
        }
    }

    /** How many packets were lost since it was opened, for want of room in its rings. */
    long lost() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statistics = xdp_statistics.allocate(arena);
            return get(XDP_STATISTICS(), statistics, arena)
                    ? xdp_statistics.rx_dropped(statistics)
                            + xdp_statistics.rx_ring_full(statistics)
                    : 0;
        }
    }

    /**
     * Takes the place of another socket under its descriptor, which threads wait on. That one lives
     * on until its rings are unmapped.
     */
    void replace(XdpSocket other) {
        int result = Syscalls.dup2(descriptor, other.descriptor);
        if (result < 0) {
            throw new OsException("cannot put an AF_XDP socket in another's place", -result);
        }
        Syscalls.close(descriptor);
        descriptor = other.descriptor;
        other.descriptor = -1;
    }

    /** Ends its use for receiving; by who received. */
    void closeReceiving() {
        close(received);
        close(posted);
        received = null;
        posted = null;
    }

    /** Ends its use for sending; by who sent. */
    void closeSending() {
        close(sent);
        close(completed);
        sent = null;
        completed = null;
    }

    private static void close(XdpRing ring) {
        if (ring != null) {
            ring.close();
        }
    }

    /** Ends all; when nobody uses it. */
    @Override
    public void close() {
        closeReceiving();
        closeSending();
        if (descriptor >= 0) {
            Syscalls.close(descriptor);
            descriptor = -1;
        }
    }
}
