package io.esplanade.ffi.linux;

import static io.esplanade.ffi.linux.linux.*;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** The kernel answers what C's headers promise. */
class SyscallsTest {
    private static final long PAGE = 4096;

    @TempDir Path folder;

    @Test
    void theProcessIsTheOneJavaKnows() {
        assertThat((long) getpid()).isEqualTo(ProcessHandle.current().pid());
    }

    @Test
    void mappedMemoryIsOursUntilItIsUnmapped() {
        int flags = MAP_PRIVATE() | MAP_ANONYMOUS();
        long address =
                Syscalls.mmap(MemorySegment.NULL, PAGE, PROT_READ() | PROT_WRITE(), flags, -1, 0);
        assertThat(address).isPositive();
        var page = MemorySegment.ofAddress(address).reinterpret(PAGE);
        page.set(ValueLayout.JAVA_INT, PAGE - 4, 42);
        assertThat(page.get(ValueLayout.JAVA_INT, PAGE - 4)).isEqualTo(42);
        assertThat(Syscalls.madvise(page, PAGE, MADV_DONTDUMP())).isZero();

        assertThat(Syscalls.munmap(page, PAGE)).isZero();
        assertThat(Syscalls.madvise(page, PAGE, MADV_DONTDUMP())).isEqualTo(-ENOMEM());
    }

    @Test
    void aRefusedMappingIsItsNegativeErrno() {
        assertThat(Syscalls.mmap(MemorySegment.NULL, 0, PROT_READ(), MAP_PRIVATE(), -1, 0))
                .isEqualTo(-EBADF());
    }

    @Test
    void aFileThatIsNotThereIsEnoent() {
        try (var arena = Arena.ofConfined()) {
            var path = arena.allocateFrom(folder.resolve("none").toString());
            assertThat(Syscalls.open(path, O_RDONLY())).isEqualTo(-ENOENT());
            assertThat(strerror(ENOENT()).getString(0)).isEqualTo("No such file or directory");
        }
    }

    @Test
    void eachThreadHasAnErrnoOfItsOwn() throws Exception {
        Callable<Long> closing = () -> failures(() -> Syscalls.close(-1), EBADF());
        Callable<Long> unmapping =
                () -> failures(() -> Syscalls.munmap(MemorySegment.ofAddress(1), 1), EINVAL());
        try (var threads = Executors.newFixedThreadPool(2)) {
            var first = threads.submit(closing);
            var second = threads.submit(unmapping);
            assertThat(first.get()).isEqualTo(20_000);
            assertThat(second.get()).isEqualTo(20_000);
        }
    }

    private static long failures(Callable<Integer> call, int errno) throws Exception {
        long seen = 0;
        for (int i = 0; i < 20_000; i++) {
            seen += call.call() == -errno ? 1 : 0;
        }
        return seen;
    }

    @Test
    void theModeOfANewFileIsAVariableArgument() throws IOException {
        int flags = O_CREAT() | O_EXCL() | O_WRONLY() | O_CLOEXEC();
        Path captured = folder.resolve("captured");
        Path plain = folder.resolve("plain");
        try (var arena = Arena.ofConfined()) {
            int fd = Syscalls.open(arena.allocateFrom(captured.toString()), flags, 0600);
            assertThat(Syscalls.fcntl(fd, F_GETFD())).isEqualTo(FD_CLOEXEC());
            assertThat(Syscalls.fcntl(fd, F_SETFD(), 0)).isZero();
            assertThat(Syscalls.fcntl(fd, F_GETFD())).isZero();
            assertThat(Syscalls.close(fd)).isZero();

            var invoker = open.makeInvoker(C_INT);
            fd = invoker.apply(arena.allocateFrom(plain.toString()), flags, 0600);
            assertThat(close(fd)).isZero();
        }
        assertThat(Files.getPosixFilePermissions(captured))
                .containsExactlyInAnyOrder(OWNER_READ, OWNER_WRITE);
        assertThat(Files.getPosixFilePermissions(plain))
                .containsExactlyInAnyOrder(OWNER_READ, OWNER_WRITE);
    }

    @Test
    void whatIsWrittenCanBeReadBack() throws IOException {
        Path path = folder.resolve("file");
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocateFrom("Esplanade");
            int flags = O_CREAT() | O_RDWR();
            int fd = Syscalls.open(arena.allocateFrom(path.toString()), flags, 0600);
            assertThat(Syscalls.pwrite(fd, text, 9, 3)).isEqualTo(9);
            assertThat(Syscalls.fsync(fd)).isZero();
            assertThat(Syscalls.flock(fd, LOCK_EX() | LOCK_NB())).isZero();
            var back = arena.allocate(16);
            assertThat(Syscalls.pread(fd, back, 16, 3)).isEqualTo(9);
            assertThat(back.getString(0)).isEqualTo("Esplanade");
            assertThat(Syscalls.close(fd)).isZero();
        }
        assertThat(Files.readString(path)).isEqualTo("\0\0\0Esplanade");
    }

    @Test
    void anEventBecomesReadable() {
        int fd = Syscalls.eventfd(0, EFD_CLOEXEC() | EFD_NONBLOCK());
        try (var arena = Arena.ofConfined()) {
            var events = pollfd.allocate(arena);
            pollfd.fd(events, fd);
            pollfd.events(events, (short) POLLIN());
            assertThat(Syscalls.poll(events, 1, 0)).isZero();

            var count = arena.allocateFrom(ValueLayout.JAVA_LONG, 7);
            assertThat(Syscalls.write(fd, count, 8)).isEqualTo(8);
            assertThat(Syscalls.poll(events, 1, 0)).isOne();
            assertThat(pollfd.revents(events)).isEqualTo((short) POLLIN());
            count.set(ValueLayout.JAVA_LONG, 0, 0);
            assertThat(Syscalls.read(fd, count, 8)).isEqualTo(8);
            assertThat(count.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(7);
            assertThat(Syscalls.read(fd, count, 8)).isEqualTo(-EAGAIN());
        } finally {
            Syscalls.close(fd);
        }
    }

    @Test
    void aDatagramArrivesWithItsSendersAddress() throws IOException {
        int fd = Syscalls.socket(AF_INET(), SOCK_DGRAM() | SOCK_CLOEXEC(), 0);
        try (var arena = Arena.ofConfined();
                var sender = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            var own = sockaddr_in.allocate(arena);
            sockaddr_in.sin_family(own, (short) AF_INET());
            in_addr.s_addr(sockaddr_in.sin_addr(own), Integer.reverseBytes(0x7f000001));
            assertThat(Syscalls.bind(fd, own, (int) sockaddr_in.sizeof())).isZero();
            var length = arena.allocateFrom(C_INT, (int) sockaddr_in.sizeof());
            assertThat(Syscalls.getsockname(fd, own, length)).isZero();
            int port = Short.toUnsignedInt(Short.reverseBytes(sockaddr_in.sin_port(own)));

            byte[] text = "over and out".getBytes(StandardCharsets.US_ASCII);
            sender.send(new DatagramPacket(text, text.length, sender.getLocalAddress(), port));

            var data = arena.allocate(64);
            var vector = iovec.allocate(arena);
            iovec.iov_base(vector, data);
            iovec.iov_len(vector, data.byteSize());
            var from = sockaddr_in.allocate(arena);
            var messages = mmsghdr.allocateArray(1, arena);
            var message = mmsghdr.msg_hdr(mmsghdr.asSlice(messages, 0));
            msghdr.msg_name(message, from);
            msghdr.msg_namelen(message, (int) sockaddr_in.sizeof());
            msghdr.msg_iov(message, vector);
            msghdr.msg_iovlen(message, 1);

            int flags = MSG_WAITFORONE();
            assertThat(Syscalls.recvmmsg(fd, messages, 1, flags, MemorySegment.NULL)).isOne();
            assertThat(mmsghdr.msg_len(messages)).isEqualTo(text.length);
            assertThat(data.getString(0)).isEqualTo("over and out");
            assertThat(sockaddr_in.sin_family(from)).isEqualTo((short) AF_INET());
            assertThat(Short.toUnsignedInt(Short.reverseBytes(sockaddr_in.sin_port(from))))
                    .isEqualTo(sender.getLocalPort());
        } finally {
            Syscalls.close(fd);
        }
    }

    @Test
    void routesAreAskedForInTheHeadersTerms() {
        int fd = Syscalls.socket(AF_NETLINK(), SOCK_RAW() | SOCK_CLOEXEC(), NETLINK_ROUTE());
        try (var arena = Arena.ofConfined()) {
            var request = arena.allocate(nlmsghdr.sizeof() + ifinfomsg.sizeof());
            nlmsghdr.nlmsg_len(request, (int) request.byteSize());
            nlmsghdr.nlmsg_type(request, (short) RTM_GETLINK());
            nlmsghdr.nlmsg_flags(request, (short) NLM_F_REQUEST());
            ifinfomsg.ifi_index(
                    request.asSlice(nlmsghdr.sizeof()), if_nametoindex(arena.allocateFrom("lo")));
            assertThat(Syscalls.send(fd, request, request.byteSize(), 0))
                    .isEqualTo(request.byteSize());

            var reply = arena.allocate(8192, 4);
            long received = Syscalls.recv(fd, reply, reply.byteSize(), 0);
            assertThat(received).isEqualTo(nlmsghdr.nlmsg_len(reply));
            assertThat(nlmsghdr.nlmsg_type(reply)).isEqualTo((short) RTM_NEWLINK());
            var link = reply.asSlice(nlmsghdr.sizeof(), received - nlmsghdr.sizeof());
            assertThat(ifinfomsg.ifi_flags(link) & IFF_LOOPBACK()).isNotZero();
            assertThat(attribute(link.asSlice(ifinfomsg.sizeof()), IFLA_IFNAME())).isEqualTo("lo");
        } finally {
            Syscalls.close(fd);
        }
    }

    private static String attribute(MemorySegment attributes, int type) {
        for (long at = 0; at < attributes.byteSize(); ) {
            var attribute = attributes.asSlice(at);
            int length = Short.toUnsignedInt(rtattr.rta_len(attribute));
            if (rtattr.rta_type(attribute) == type) {
                return attribute.getString(rtattr.sizeof());
            }
            at += (length + 3) & ~3;
        }
        return "";
    }

    @Test
    void theClockIsTheOneJavaReads() {
        try (var arena = Arena.ofConfined()) {
            var time = timespec.allocate(arena);
            long before = System.currentTimeMillis() / 1000;
            assertThat(Syscalls.clock_gettime(CLOCK_REALTIME(), time)).isZero();
            long after = System.currentTimeMillis() / 1000;
            assertThat(timespec.tv_sec(time)).isBetween(before, after);
            assertThat(timespec.tv_nsec(time)).isBetween(0L, 999_999_999L);
        }
    }
}
