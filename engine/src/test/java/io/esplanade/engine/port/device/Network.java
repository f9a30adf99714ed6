package io.esplanade.engine.port.device;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

    private int queues = 1;

    /** The name of a device or namespace that no other process's tests have. */
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
        String probe = name("probe");
        try {
            sh("ip netns add " + probe + " && ip netns del " + probe);
        } catch (AssertionError e) {
            String missing = "this needs root: it makes network namespaces and devices";
            if ("true".equals(System.getenv("CI"))) {
                fail(missing);
            }
            System.err.println("WARNING: ports on network devices are NOT tested: " + missing);
            assumeTrue(false, missing);
        }
        return new Network();
    }

    /**
     * A host whose traffic by default goes to {@code gateway}, behind the device {@code device}.
     */
    Host host(String name, String device, String address, String gateway) {
        String namespace = name(name);
        removeNamespace(namespace);
        sh("ip netns add " + namespace);
        undo.push("ip netns del " + namespace);
        sh("ip link del " + device + " 2>/dev/null; true");
        sh(
                "ip link add %s %s type veth peer name eth0 %s netns %s"
                        .formatted(device, queueing(), queueing(), namespace));
        undo.push("ip link del " + device + " 2>/dev/null; true");
        quiet(device);
        Host host = new Host(namespace);
        host.run("ip link set lo up");
        // A stack without card offloads, but for checksums, which it leaves to the card.
        host.run("ethtool -K eth0 tso off gso off");
        host.run("ip addr add " + address + " dev eth0");
        host.run("ip link set eth0 up");
        host.run("ip route add default via " + gateway);
        return host;
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

    private void removeNamespace(String namespace) {
        sh("ip netns del " + namespace + " 2>/dev/null; true");
    }

    @Override
    public void close() {
        undo.forEach(Network::sh);
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

    /** A host in a namespace. */
    record Host(String namespace) {

        /** Gives it an IPv6 address and a router as well. */
        void ipv6(String address, String gateway) {
            run("ip addr add " + address + " dev eth0 nodad");
            run("ip route add default via " + gateway);
        }

        /** Runs a command there, which must succeed; what it wrote. */
        String run(String command) {
            return sh("ip netns exec %s sh -c '%s'".formatted(namespace, command));
        }

        /** Starts a command there; the caller ends it. */
        Process start(String... command) {
            try {
                String[] all = new String[command.length + 4];
                System.arraycopy(new String[] {"ip", "netns", "exec", namespace}, 0, all, 0, 4);
                System.arraycopy(command, 0, all, 4, command.length);
                return new ProcessBuilder(all).redirectErrorStream(true).start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
