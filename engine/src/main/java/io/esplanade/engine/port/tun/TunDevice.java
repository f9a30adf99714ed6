package io.esplanade.engine.port.tun;

import static io.esplanade.ffi.linux.linux.EACCES;
import static io.esplanade.ffi.linux.linux.EBUSY;
import static io.esplanade.ffi.linux.linux.EINVAL;
import static io.esplanade.ffi.linux.linux.ENODEV;
import static io.esplanade.ffi.linux.linux.ENOENT;
import static io.esplanade.ffi.linux.linux.EPERM;
import static io.esplanade.ffi.linux.linux.FD_CLOEXEC;
import static io.esplanade.ffi.linux.linux.F_SETFD;
import static io.esplanade.ffi.linux.linux.IFF_MULTI_QUEUE;
import static io.esplanade.ffi.linux.linux.IFF_NO_PI;
import static io.esplanade.ffi.linux.linux.IFF_TUN;
import static io.esplanade.ffi.linux.linux.IFF_VNET_HDR;
import static io.esplanade.ffi.linux.linux.O_CLOEXEC;
import static io.esplanade.ffi.linux.linux.O_NONBLOCK;
import static io.esplanade.ffi.linux.linux.O_RDWR;
import static io.esplanade.ffi.linux.linux.TUNSETIFF;
import static io.esplanade.ffi.linux.linux.TUNSETOFFLOAD;
import static io.esplanade.ffi.linux.linux.TUNSETVNETHDRSZ;
import static io.esplanade.ffi.linux.linux.TUN_F_CSUM;
import static io.esplanade.ffi.linux.linux.TUN_F_TSO4;
import static io.esplanade.ffi.linux.linux.TUN_F_TSO6;
import static io.esplanade.ffi.linux.linux.TUN_F_TSO_ECN;

import io.esplanade.engine.os.Errno;
import io.esplanade.engine.port.VnetHeader;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.ifreq;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A descriptor of a TUN device, one of its queues. */
final class TunDevice implements AutoCloseable {

    private static final String FILE = "/dev/net/tun";
    private static final int USO = 0x20 | 0x40; // TUN_F_USO4 and TUN_F_USO6, of Linux 6.2
    private static final long NAME = 0; // in struct ifreq
    private static final long UNION = 16;
    private static final int CHECKSUMS = TUN_F_CSUM();
    private static final int SEGMENTS = CHECKSUMS | TUN_F_TSO4() | TUN_F_TSO6() | TUN_F_TSO_ECN();

    private final int fd;
    private Offload offload;

    /** What the kernel and the port leave to each other. */
    enum Offload {
        SEGMENTS_AND_DATAGRAMS(TunDevice.SEGMENTS | USO, "super-packets of TCP and UDP"),
        SEGMENTS(TunDevice.SEGMENTS, "super-packets of TCP"),
        CHECKSUMS(TunDevice.CHECKSUMS, "checksums left to the port"),
        NONE(0, "packets one by one");

        private final int flags;
        private final String text;

        Offload(int flags, String text) {
            this.flags = flags;
            this.text = text;
        }

        boolean tcp() {
            return ordinal() <= SEGMENTS.ordinal();
        }

        boolean udp() {
            return this == SEGMENTS_AND_DATAGRAMS;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private TunDevice(int fd) {
        this.fd = fd;
    }

    /**
     * Opens a queue of the device, which is made if there is none.
     *
     * @param several whether more queues are to follow
     * @throws IOException if that cannot be: the message says what to grant
     */
    static TunDevice open(String name, boolean several) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = Syscalls.open(arena.allocateFrom(FILE), O_RDWR() | O_NONBLOCK() | O_CLOEXEC());
            if (fd < 0) {
                throw new IOException(whyNoFile(-fd));
            }
            TunDevice device = new TunDevice(fd);
            try {
                device.attach(name, several, arena);
                device.negotiate(arena);
                return device;
            } catch (IOException e) {
                device.close();
                throw e;
            }
        }
    }

    private static String whyNoFile(int errno) {
        String remedy;
        if (errno == ENOENT() || errno == ENODEV()) {
            remedy =
                    "load the module tun (modprobe tun), or give the container the device (docker"
                            + " run --device /dev/net/tun)";
        } else if (errno == EPERM() || errno == EACCES()) {
            remedy = "let this user read and write it, or give the container the device";
        } else {
            remedy = "see why";
        }
        return "cannot open " + FILE + ": " + Errno.text(errno) + "; " + remedy;
    }

    private void attach(String name, boolean several, Arena arena) throws IOException {
        int flags = IFF_TUN() | IFF_NO_PI() | IFF_VNET_HDR();
        int result = attach(name, flags | (several ? IFF_MULTI_QUEUE() : 0), arena);
        if (result == -EINVAL() && !several) {
            result = attach(name, flags | IFF_MULTI_QUEUE(), arena); // of one made so
        }
        if (result < 0) {
            throw new IOException(whyNoDevice(name, several, -result));
        }
    }

    private int attach(String name, int flags, Arena arena) {
        MemorySegment request = ifreq.allocate(arena);
        request.setString(NAME, name, StandardCharsets.US_ASCII);
        request.set(ValueLayout.JAVA_SHORT, UNION, (short) flags);
        return Syscalls.ioctl(fd, TUNSETIFF(), request);
    }

    private static String whyNoDevice(String name, boolean several, int errno) {
        String remedy;
        if (errno == EPERM()) {
            remedy =
                    "grant CAP_NET_ADMIN (AmbientCapabilities=CAP_NET_ADMIN, docker run --cap-add"
                            + " NET_ADMIN), or make the device for this user: ip tuntap add dev "
                            + name
                            + " mode tun user $USER"
                            + (several ? " multi_queue" : "")
                            + " vnet_hdr";
        } else if (errno == EBUSY()) {
            remedy = "another program uses it: stop that, or name another device";
        } else if (errno == EINVAL()) {
            remedy =
                    "there is a device of this name that is no TUN device, or one with a single"
                            + " queue: name another, say queues: 1, or make it with multi_queue";
        } else {
            remedy = "see why";
        }
        return "cannot attach to the TUN device %s: %s; %s"
                .formatted(name, Errno.text(errno), remedy);
    }

    /** Asks for as much as this kernel can do. */
    private void negotiate(Arena arena) throws IOException {
        MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, VnetHeader.LENGTH);
        int result = Syscalls.ioctl(fd, TUNSETVNETHDRSZ(), size);
        if (result < 0) {
            throw new IOException(
                    "cannot set the length of super-packets' headers: " + Errno.text(-result));
        }
        for (Offload each : Offload.values()) {
            offload = each;
            if (Syscalls.ioctl(fd, TUNSETOFFLOAD(), each.flags) == 0) {
                return;
            }
        }
    }

    /** Takes the place of a queue whose device is gone: what used that uses this from now on. */
    void replace(TunDevice gone) {
        Syscalls.dup2(fd, gone.fd);
        Syscalls.fcntl(gone.fd, F_SETFD(), FD_CLOEXEC());
        Syscalls.close(fd);
    }

    int fd() {
        return fd;
    }

    Offload offload() {
        return offload;
    }

    @Override
    public void close() {
        Syscalls.close(fd);
    }
}
