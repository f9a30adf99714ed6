package io.esplanade.engine.port.xdp;

import static io.esplanade.ffi.linux.linux.BPF_MAP_TYPE_HASH;
import static io.esplanade.ffi.linux.linux.BPF_MAP_TYPE_XSKMAP;
import static io.esplanade.ffi.linux.linux.EBUSY;
import static io.esplanade.ffi.linux.linux.EEXIST;
import static io.esplanade.ffi.linux.linux.EPERM;
import static io.esplanade.ffi.linux.linux.XDP_FLAGS_DRV_MODE;
import static io.esplanade.ffi.linux.linux.XDP_FLAGS_SKB_MODE;

import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.os.OsException;
import io.esplanade.engine.port.NetDevice;
import io.esplanade.ffi.linux.Syscalls;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;

/** An XDP program at a device, and its maps; gone when it is closed, or with the process. */
final class Attachment implements AutoCloseable {

    /** How the program is attached. */
    enum Mode {
        NATIVE(XDP_FLAGS_DRV_MODE()),
        GENERIC(XDP_FLAGS_SKB_MODE());

        private final int flags;

        Mode(int flags) {
            this.flags = flags;
        }
    }

    private static final int MOST_ADDRESSES = 4096;
    private static final int ADDRESS_SIZE = 16;
    private static final int NONE = -1;

    private final Set<InetAddress> own = new HashSet<>();
    private int sockets = NONE;
    private int addresses = NONE;
    private int link = NONE;
    private Mode mode;

    /**
     * Loads the program and attaches it.
     *
     * @param wanted in which way, or null for the better one that the driver can
     * @param all see {@link XdpProgram}
     * @param fragments see there
     */
    Attachment(NetDevice device, int queues, Mode wanted, boolean all, boolean fragments) {
        int program = NONE;
        try {
            sockets = Bpf.newMap(BPF_MAP_TYPE_XSKMAP(), Integer.BYTES, Integer.BYTES, queues);
            addresses =
                    Bpf.newMap(BPF_MAP_TYPE_HASH(), ADDRESS_SIZE, Integer.BYTES, MOST_ADDRESSES);
            program =
                    Bpf.loadXdp(
                            XdpProgram.assemble(device.mac(), sockets, addresses, all, fragments));
            attach(program, device, wanted);
        } catch (RuntimeException e) {
            close();
            throw e;
        } finally {
            if (program != NONE) {
                Syscalls.close(program); // the link has it
            }
        }
    }

    private void attach(int program, NetDevice device, Mode wanted) {
        int result = 0;
        for (Mode next : Mode.values()) {
            if (wanted == null || wanted == next) {
                result = Bpf.attach(program, device.index(), next.flags);
                if (result >= 0) {
                    link = result;
                    mode = next;
                    return;
                }
                if (result == -EBUSY() || result == -EEXIST()) {
                    break; // another program is there, whichever way
                }
            }
        }
        if (result == -EPERM()) {
            throw new OsException(
                    "af-xdp may not attach its program: grant CAP_NET_ADMIN and CAP_BPF", EPERM());
        }
        boolean taken = result == -EBUSY() || result == -EEXIST();
        throw new OsException(
                taken
                        ? device.name()
                                + " has an XDP program: detach it (ip link set dev DEVICE xdp off)"
                        : "cannot attach an XDP program to " + device.name(),
                -result);
    }

    Mode mode() {
        return mode;
    }

    /** Says which socket gets what comes in by a queue. */
    void socket(int queue, XdpSocket socket) {
        byte[] key = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(queue).array();
        Bpf.put(sockets, key, socket.descriptor());
    }

    /** Says which addresses are the gateway's. */
    void own(Set<InetAddress> now) {
        if (addresses == NONE) {
            return; // closed, until its device comes again
        }
        for (InetAddress address : now) {
            if (!own.contains(address)) {
                Bpf.put(addresses, key(address), 1);
                own.add(address);
            }
        }
        own.removeIf(
                address -> {
                    boolean gone = !now.contains(address);
                    if (gone) {
                        Bpf.remove(addresses, key(address));
                    }
                    return gone;
                });
    }

    private static byte[] key(InetAddress address) {
        return ByteBuffer.allocate(ADDRESS_SIZE)
                .putLong(IpAddresses.high(address))
                .putLong(IpAddresses.low(address))
                .array();
    }

    @Override
    public void close() {
        close(link);
        close(sockets);
        close(addresses);
        link = NONE;
        sockets = NONE;
        addresses = NONE;
    }

    private static void close(int descriptor) {
        if (descriptor != NONE) {
            Syscalls.close(descriptor);
        }
    }
}
