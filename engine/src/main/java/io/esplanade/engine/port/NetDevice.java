package io.esplanade.engine.port;

import static io.esplanade.ffi.linux.linux.AF_INET;
import static io.esplanade.ffi.linux.linux.ENODEV;
import static io.esplanade.ffi.linux.linux.IFF_RUNNING;
import static io.esplanade.ffi.linux.linux.IFF_UP;
import static io.esplanade.ffi.linux.linux.SIOCGIFFLAGS;
import static io.esplanade.ffi.linux.linux.SIOCGIFHWADDR;
import static io.esplanade.ffi.linux.linux.SIOCGIFINDEX;
import static io.esplanade.ffi.linux.linux.SIOCGIFMTU;
import static io.esplanade.ffi.linux.linux.SOCK_CLOEXEC;
import static io.esplanade.ffi.linux.linux.SOCK_DGRAM;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esplanade.engine.os.OsException;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.ifreq;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A network device of the kernel's at one moment, in the network namespace of who asks.
 *
 * @param index its number, which no other device has after it
 * @param mac its link-layer address as 48 bits
 * @param mtu the longest packet behind a link-layer header, in bytes
 * @param up whether it is up and has a carrier
 */
public record NetDevice(String name, int index, long mac, int mtu, boolean up) {

    /** The longest name of a device (IFNAMSIZ, without the 0 at its end). */
    public static final int LONGEST_NAME = 15;

    private static final ValueLayout.OfLong MAC =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final long NAME = 0;
    private static final long UNION = 16; // every ifr_ifru member begins behind the name
    private static final long HARDWARE_ADDRESS = UNION + 2; // behind its family

    /**
     * Looks for a device.
     *
     * @return null if there is none of this name now
     * @throws OsException if the system does not let anybody ask
     */
    public static NetDevice find(String name) {
        int socket = Syscalls.socket(AF_INET(), SOCK_DGRAM() | SOCK_CLOEXEC(), 0);
        if (socket < 0) {
            throw new OsException("cannot ask for the network device " + name, -socket);
        }
        try (Arena arena = Arena.ofConfined()) {
            return read(socket, name, ifreq.allocate(arena));
        } catch (Gone e) {
            return null; // while it was looked at, perhaps
        } finally {
            Syscalls.close(socket);
        }
    }

    private static NetDevice read(int socket, String name, MemorySegment request) throws Gone {
        ask(socket, SIOCGIFINDEX(), name, request);
        int index = request.get(ValueLayout.JAVA_INT, UNION);
        ask(socket, SIOCGIFHWADDR(), name, request);
        long mac = request.get(MAC, HARDWARE_ADDRESS) >>> 16;
        ask(socket, SIOCGIFMTU(), name, request);
        int mtu = request.get(ValueLayout.JAVA_INT, UNION);
        ask(socket, SIOCGIFFLAGS(), name, request);
        int flags = request.get(ValueLayout.JAVA_SHORT, UNION);
        int live = IFF_UP() | IFF_RUNNING();
        return new NetDevice(name, index, mac, mtu, (flags & live) == live);
    }

    private static void ask(int socket, long what, String name, MemorySegment request) throws Gone {
        request.fill((byte) 0);
        request.setString(NAME, name, US_ASCII);
        int result = Syscalls.ioctl(socket, what, request);
        if (result == -ENODEV()) {
            throw new Gone();
        }
        if (result < 0) {
            throw new OsException("cannot ask for the network device " + name, -result);
        }
    }

    private static final class Gone extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
