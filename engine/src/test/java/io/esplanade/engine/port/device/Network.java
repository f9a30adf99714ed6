package io.esplanade.engine.port.device;

import io.esplanade.testing.NetworkNamespace;
import io.esplanade.testing.Requirement;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Hosts in network namespaces of their own, each joined by a veth pair to a device in this one, and
 * veth pairs of which both ends are here. Closing it removes all.
 */
final class Network implements AutoCloseable {

    private final Deque<String> undo = new ArrayDeque<>();
    private final Deque<NetworkNamespace> open = new ArrayDeque<>();

    private int queues = 1;

    /** The name of a device that no other process's tests have. */
    static String name(String name) {
        return "esp-" + name + "-" + Long.toString(ProcessHandle.current().pid(), 36);
    }

    private Network() {}

    /** How many queues the devices have that are made from now on. */
    void queues(int count) {
        queues = count;
    }

    /** A new one; where that is not allowed the test is skipped, and says so. */
    static Network open() {
        Requirement.root("ports on network devices");
        return new Network();
    }

    /**
     * A host whose traffic by default goes to {@code gateway}, behind the device {@code device}.
     */
    NetworkNamespace host(String device, String address, String gateway) {
        NetworkNamespace host = NetworkNamespace.create();
        open.push(host);
        sh("ip link del " + device + " 2>/dev/null; true");
        sh(
                "ip link add %s %s type veth peer name eth0 %s netns %s"
                        .formatted(device, queueing(), queueing(), host.path()));
        undo.push("ip link del " + device + " 2>/dev/null; true");
        quiet(device);
        // A stack without card offloads, but for checksums, which it leaves to the card.
        host.sh("ethtool -K eth0 tso off gso off");
        host.ip("addr add " + address + " dev eth0");
        host.ip("link set eth0 up");
        host.ip("route add default via " + gateway);
        return host;
    }

    /** Gives a host an IPv6 address and a router as well. */
    static void ipv6(NetworkNamespace host, String address, String gateway) {
        host.ip("addr add " + address + " dev eth0 nodad");
        host.ip("route add default via " + gateway);
    }

    /** Two devices in this namespace, joined to each other. */
    void link(String a, String b) {
        sh(
                "ip link del %s 2>/dev/null; ip link add %s %s type veth peer name %s %s"
                        .formatted(a, a, queueing(), b, queueing()));
        undo.push("ip link del " + a + " 2>/dev/null; true");
        quiet(a);
        quiet(b);
    }

    private String queueing() {
        return "numrxqueues %d numtxqueues %d".formatted(queues, queues);
    }

    /** Up, and without anything of the kernel's own on it. */
    private static void quiet(String device) {
        sh("echo 1 >/proc/sys/net/ipv6/conf/%s/disable_ipv6".formatted(device));
        sh("ip link set " + device + " up");
    }

    @Override
    public void close() {
        undo.forEach(Network::sh);
        open.forEach(NetworkNamespace::close);
    }

    /** Runs a command, which must succeed; what it wrote. */
    static String sh(String command) {
        try {
            Process process =
                    new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(command + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
