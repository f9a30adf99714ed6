package io.esplanade.engine.interop.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Linux kernel in QEMU, emulated and on sockets of this process, so that it takes no privileges.
 * {@link #wire} is the cable to its network card, which has no offloads; {@link #console} runs
 * commands in it.
 *
 * <p>Behind its outer addresses it has inner ones, on its loopback, with a UDP echo on port 7. ESP
 * in UDP it takes on port 4500. It knows the gateway's MAC and asks for no router, so nothing but
 * IPsec need be on the wire.
 */
final class LinuxPeer implements AutoCloseable {

    static final long MAC = 0x52_54_00_00_00_02L;
    static final long GATEWAY_MAC = 0x02_00_00_00_00_01L;
    static final int MTU = 9216;

    private static final long LIMIT_SECONDS = 60;

    private static final String MACHINE =
            "qemu-system-x86_64 -accel tcg -cpu max -machine q35 -m 256 -no-reboot -nodefaults"
                    + " -no-user-config -display none -kernel %1$s/vmlinuz"
                    + " -initrd %1$s/initramfs.cpio -chardev file,id=log,path=kernel.log"
                    + " -serial chardev:log -device virtio-serial-pci"
                    + " -chardev socket,id=console,path=console,server=off"
                    + " -device virtserialport,chardev=console"
                    + " -netdev stream,id=wire,server=off,addr.type=unix,addr.path=wire"
                    + " -device virtio-net-pci,netdev=wire,mac=52:54:00:00:00:02,romfile= -append";

    private static final String KERNEL_ARGUMENTS =
            "console=ttyS0 quiet panic=1 tsc=reliable no_timer_check mitigations=off";

    private static final String NETWORK =
            """
            set -e
            echo 1 >/proc/sys/net/ipv4/ip_forward
            echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
            echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
            echo 0 >/proc/sys/net/ipv6/icmp/ratelimit
            echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
            echo 4194304 >/proc/sys/net/core/rmem_default
            ip link set eth0 addrgenmode none mtu %d up
            udp >/dev/null 2>&1 &
            """
                    .formatted(MTU);

    /** Of one family: outer address, inner one, the gateway. */
    private static final String ADDRESSES =
            """
            ip addr add %1$s/%4$s dev eth0
            ip addr add %2$s dev lo
            ip neigh add %3$s lladdr 02:00:00:00:00:01 dev eth0
            ip route add default via %3$s src %2$s
            """;

    private static String network() {
        StringBuilder script = new StringBuilder(NETWORK);
        for (boolean ipv6 : new boolean[] {false, true}) {
            script.append(
                    ADDRESSES.formatted(
                            Ends.PEER.outer(ipv6),
                            Ends.PEER.inner(ipv6),
                            Ends.GATEWAY.outer(ipv6),
                            ipv6 ? "64" : "24"));
        }
        return script.toString();
    }

    private final Path directory;
    private final Process qemu;
    private PeerConsole console;
    private PeerWire wire;

    private LinuxPeer(Path directory, Process qemu) {
        this.directory = directory;
        this.qemu = qemu;
    }

    /**
     * Boots a machine.
     *
     * @param built what {@code tools/linux-peer/build} made
     */
    static LinuxPeer boot(Path built) throws IOException {
        Path directory = Files.createTempDirectory("linux-peer");
        try (ServerSocketChannel console = listen(directory.resolve("console"));
                ServerSocketChannel wire = listen(directory.resolve("wire"))) {
            LinuxPeer peer = new LinuxPeer(directory, start(built.toAbsolutePath(), directory));
            peer.qemu.onExit().thenRun(() -> closeBoth(console, wire));
            try {
                peer.console = new PeerConsole(console.accept());
                peer.wire = new PeerWire(wire.accept());
                peer.console.run(network());
                return peer;
            } catch (IOException | AssertionError e) {
                String logs = peer.logs();
                peer.close();
                throw new IOException("the Linux peer does not boot: " + logs, e);
            }
        }
    }

    private static Process start(Path built, Path directory) throws IOException {
        Stream<String> machine = Stream.of(MACHINE.formatted(built).split(" "));
        Process qemu =
                new ProcessBuilder(Stream.concat(machine, Stream.of(KERNEL_ARGUMENTS)).toList())
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("qemu.log").toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(qemu::destroyForcibly));
        return qemu;
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path));
    }

    /** So that nobody waits for a machine that is no more. */
    private static void closeBoth(ServerSocketChannel console, ServerSocketChannel wire) {
        try (console) {
            wire.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    PeerConsole console() {
        return console;
    }

    PeerWire wire() {
        return wire;
    }

    /** What QEMU and the kernel had to say. */
    private String logs() throws IOException {
        StringBuilder logs = new StringBuilder();
        for (String name : new String[] {"qemu.log", "kernel.log"}) {
            Path log = directory.resolve(name);
            logs.append(Files.exists(log) ? Files.readString(log) : "");
        }
        return logs.toString();
    }

    /** Closes the console, at which the machine ends by itself, and sees to it that it does. */
    @Override
    public void close() throws IOException {
        if (console != null) {
            console.close();
        }
        try {
            if (console == null || !qemu.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                qemu.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (wire != null) {
            wire.close();
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
