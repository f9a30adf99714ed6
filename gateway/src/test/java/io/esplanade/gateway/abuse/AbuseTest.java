package io.esplanade.gateway.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esplanade.gateway.ClassPath;
import io.esplanade.testing.NetworkNamespace;
import io.esplanade.testing.Requirement;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Two gateways between two hosts, each in a network namespace, and everything that happens to
 * gateways: after each thing packets flow again by themselves, the gateways have said what
 * happened, and at the end nothing has leaked. They have no more privileges than they were left at
 * the start ({@code --user}), so that devices are opened and programs attached again with just
 * those.
 *
 * <p>Without more only af-packet is abused in all ways, once. With {@code -Dabuse.minutes=20} they
 * go on in ever new orders, of which {@code -Dabuse.seed} repeats one; {@code -Dabuse.ports} names
 * the one kind of port to abuse.
 */
final class AbuseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long MOST_GROWTH = 32; // MiB: the JIT's, malloc's arenas

    /** One thing that happens. */
    @FunctionalInterface
    private interface Abuse {
        void happen() throws Exception;
    }

    /**
     * @param portsOwn whether it is the ports that must recover
     */
    private record Named(String name, boolean portsOwn, Abuse abuse) {}

    /** What the gateways' ports are. */
    enum Ports {
        AF_PACKET(
                """
                  lan: { type: af-packet, device: lan0, side: protected, addresses: 10.%1$d.0.1 }
                  wan: { type: af-packet, device: wan0, side: unprotected, addresses: 192.0.2.%1$d }
                """,
                false),
        AF_XDP(
                """
                  lan: { type: af-xdp, device: lan0, side: protected, addresses: 10.%1$d.0.1 }
                  wan: { type: af-xdp, device: wan0, side: unprotected, addresses: 192.0.2.%1$d }
                """,
                false),
        TUN_AND_UDP(
                """
                  lan: { type: tun, device: tun0, side: protected, mtu: 1400, host-routes: 10.%2$d.0.0/24 }
                  wan: { type: udp, side: unprotected, local: 192.0.2.%1$d }
                """,
                true),
        TUN_AND_RAW(
                """
                  lan: { type: tun, device: tun0, side: protected, mtu: 1400, host-routes: 10.%2$d.0.0/24 }
                  wan: { type: raw, side: unprotected, local: 192.0.2.%1$d }
                """,
                true);

        private final String text;
        private final boolean byTheKernel; // which has the addresses, and forwards

        Ports(String text, boolean byTheKernel) {
            this.text = text;
            this.byTheKernel = byTheKernel;
        }
    }

    @TempDir Path directory;
    private final List<AutoCloseable> open = new ArrayList<>();
    private NetworkNamespace hostA;
    private NetworkNamespace hostB;
    private NetworkNamespace netA;
    private NetworkNamespace netB;
    private Ports ports;
    private String classPath;
    private Path fileA;
    private Path fileB;
    private GatewayProcess a;
    private GatewayProcess b;
    private Echo echo;

    private void build(Ports kind) throws Exception {
        Requirement.root("what happens to gateways");
        ports = kind;
        hostA = opened(NetworkNamespace.create());
        hostB = opened(NetworkNamespace.create());
        netA = opened(NetworkNamespace.create());
        netB = opened(NetworkNamespace.create());
        joinHost(hostA, netA, "10.1.0");
        joinHost(hostB, netB, "10.2.0");
        forward(netA);
        forward(netB);
        joinGateways();
        classPath = ClassPath.readableByAll(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        fileA = Files.writeString(directory.resolve("a.yaml"), file("a", 1, 2, 0, 1));
        fileB = Files.writeString(directory.resolve("b.yaml"), file("b", 2, 1, 1, 0));
        a = GatewayProcess.start(netA, classPath, fileA);
        b = GatewayProcess.start(netB, classPath, fileB);
        echo = opened(new Echo(hostA, "10.1.0.2", hostB, "10.2.0.2"));
    }

    private void forward(NetworkNamespace gateway) {
        gateway.sh("echo %d >/proc/sys/net/ipv4/ip_forward".formatted(ports.byTheKernel ? 1 : 0));
    }

    private <T extends AutoCloseable> T opened(T what) {
        open.addFirst(what);
        return what;
    }

    @AfterEach
    void close() throws Exception {
        for (GatewayProcess gateway : new GatewayProcess[] {a, b}) {
            if (gateway != null) {
                gateway.kill();
            }
        }
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private void joinHost(NetworkNamespace host, NetworkNamespace gateway, String net) {
        host.ip("link add eth0 type veth peer name lan0 netns " + gateway.path());
        host.ip("address add " + net + ".2/24 dev eth0");
        host.ip("link set eth0 up");
        gateway.ip("link set lan0 up");
        host.ip("route add default via " + net + ".1");
        if (ports.byTheKernel) {
            gateway.ip("address add " + net + ".1/24 dev lan0");
        }
    }

    private void joinGateways() {
        netA.ip("link add wan0 type veth peer name wan0 netns " + netB.path());
        netA.ip("link set wan0 up");
        netB.ip("link set wan0 up");
        if (ports.byTheKernel) {
            netA.ip("address add 192.0.2.1/24 dev wan0");
            netB.ip("address add 192.0.2.2/24 dev wan0");
        }
    }

    /** Keys and SPIs by direction, so that both files have the same. */
    private String file(String name, int us, int them, int out, int in) {
        return """
        name: %s
        nonce-store: %s.nonces
        kernel-routes: { table: main }
        ports:
        %s
        routes:
          - { to: 10.%d.0.0/24, port: lan }
          - { to: 192.0.2.0/24, port: wan }
          - { to: 10.%d.0.0/24, port: wan%s }
        tunnels:
          t:
            local: 192.0.2.%d
            remote: 192.0.2.%d
            local-ts: 10.%d.0.0/24
            remote-ts: 10.%d.0.0/24
            esp-proposal: aes128gcm16-esn
            %s
            out: { spi: 0x100%d, key: 0x%d00102030405060708090a0b0c0d0e0f10111212 }
            in: { spi: 0x100%d, key: 0x%d00102030405060708090a0b0c0d0e0f10111212 }
        """
                .formatted(
                        name,
                        name,
                        ports.text.formatted(us, them),
                        us,
                        them,
                        ports.byTheKernel ? "" : ", via: 192.0.2." + them,
                        us,
                        them,
                        us,
                        them,
                        ports == Ports.TUN_AND_UDP ? "encap: {}" : "",
                        out,
                        out,
                        in,
                        in);
    }

    @ParameterizedTest
    @EnumSource
    void everythingIsRecoveredFromAndNothingLeaks(Ports kind) throws Exception {
        assumeTrue(System.getProperty("abuse.ports", kind.name()).equals(kind.name()));
        build(kind);
        long minutes = Long.getLong("abuse.minutes", 0);
        long seed = Long.getLong("abuse.seed", minutes == 0 ? 1 : System.nanoTime());
        Random random = new Random(seed);
        long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
        echo.untilItFlows(1000, PATIENCE, "the start");
        long before = a.descriptors();
        long memory = 0;
        int rounds = 0;
        do {
            List<Named> all = new ArrayList<>(all());
            all.removeIf(each -> minutes == 0 && kind != Ports.AF_PACKET && !each.portsOwn());
            Collections.shuffle(all, random);
            for (Named each : all) {
                String when = "%s (seed %d, round %d)".formatted(each.name(), seed, rounds);
                each.abuse().happen();
                echo.untilItFlows(1000, PATIENCE, when);
                assertThat(a.isAlive() && b.isAlive()).as(when).isTrue();
            }
            if (rounds++ == 0) {
                memory = a.residentMiB(); // when all code has run
            }
        } while (System.nanoTime() < end);

        long grown = a.residentMiB() - memory;
        System.out.printf(
                "%s abused: %d rounds, seed %d, %d MiB of memory and %+d since the first round%n",
                kind, rounds, seed, memory, grown);
        assertThat(grown).as("MiB of memory, of which the heap is none").isLessThan(MOST_GROWTH);
        assertThat(a.descriptors()).as("descriptors").isLessThanOrEqualTo(before);
        assertThat(a.stop()).as("%s", a.said()).isZero();
        assertThat(b.stop()).as("%s", b.said()).isZero();
        assertThat(a.said()).contains("  no mbuf leaked");
        assertThat(b.said()).contains("  no mbuf leaked");
    }

    private List<Named> all() {
        return List.of(
                new Named("link down and up", true, this::linkGoesDownAndUp),
                new Named("device removed", true, this::deviceIsRemoved),
                new Named("TUN removed", true, this::tunIsRemoved),
                new Named("MTU changed", true, this::mtuChanges),
                new Named("rings overflow", true, this::ringsOverflow),
                new Named("neighbour gone", false, this::neighbourIsGone),
                new Named("neighbour is another", false, this::neighbourHasAnotherAddress),
                new Named("peer restarted", false, this::peerIsRestarted),
                new Named("peer killed", false, this::peerIsKilled),
                new Named("SIGHUP storm", false, this::signalsStorm));
    }

    private void linkGoesDownAndUp() {
        netA.ip("link set wan0 down");
        if (!ports.byTheKernel) {
            a.until("esplanade: port wan: wan0 is down");
        }
        assertThat(echo.one(100, Duration.ofMillis(200))).isFalse();
        netA.ip("link set wan0 up");
    }

    private void peerIsRestarted() throws IOException {
        assertThat(b.stop()).as("%s", b.said()).isZero();
        assertThat(echo.one(100, Duration.ofMillis(200))).isFalse();
        b = GatewayProcess.start(netB, classPath, fileB);
    }

    private void peerIsKilled() throws IOException {
        b.kill();
        b = GatewayProcess.start(netB, classPath, fileB);
    }

    private void deviceIsRemoved() {
        netA.ip("link del wan0");
        if (!ports.byTheKernel) {
            a.until("esplanade: port wan: wan0 is gone");
        }
        assertThat(echo.one(100, Duration.ofMillis(200))).isFalse();
        joinGateways();
    }

    private void tunIsRemoved() {
        if (ports.byTheKernel) {
            netA.ip("link del tun0");
            a.until("esplanade: port lan: tun0 ");
        }
    }

    /** A packet that no longer fits is told so, and its host sends shorter ones. */
    private void mtuChanges() {
        netA.ip("link set wan0 mtu 1280");
        netB.ip("link set wan0 mtu 1280");
        echo.untilItFlows(1400, PATIENCE, "a path of 1280 bytes");
        netA.ip("link set wan0 mtu 1500");
        netB.ip("link set wan0 mtu 1500");
    }

    private void neighbourIsGone() {
        hostB.ip("address flush dev eth0");
        for (int i = 0; i < 5; i++) {
            assertThat(echo.one(100, Duration.ofMillis(200))).isFalse();
        }
        hostB.ip("address add 10.2.0.2/24 dev eth0");
        hostB.ip("route replace default via 10.2.0.1");
    }

    /** It is believed when it speaks, and else asked anew within a minute. */
    private void neighbourHasAnotherAddress() throws IOException {
        hostB.ip("link set eth0 down");
        hostB.ip("link set eth0 address 02:00:00:00:%02x:07".formatted(++addresses & 0xff));
        hostB.ip("link set eth0 up");
        hostB.ip("route replace default via 10.2.0.1");
        echo.greet("10.2.0.1");
    }

    private int addresses;

    private void ringsOverflow() throws IOException {
        b.signal("STOP");
        echo.flood(Duration.ofSeconds(2));
        b.signal("CONT");
    }

    /** A route comes and goes, and not one packet is lost. */
    private void signalsStorm() throws Exception {
        String text = Files.readString(fileA);
        String more = text.replace("\nroutes:", "\nroutes:\n  - { to: 10.9.0.0/24, port: wan }");
        int lost = 0;
        for (int i = 0; i < 10; i++) {
            rewrite(fileA, i % 2 == 0 ? more : text);
            for (int n = 0; n < 20; n++) {
                a.signal("HUP");
                lost += echo.one(1000, Duration.ofSeconds(2)) ? 0 : 1;
            }
            a.until("  route 10.9.0.0/24 dev wan " + (i % 2 == 0 ? "added" : "removed"));
        }
        rewrite(fileA, "ports: [");
        a.signal("HUP");
        a.until("esplanade: the file was refused; all goes on as before");
        lost += echo.one(1000, Duration.ofSeconds(2)) ? 0 : 1;
        rewrite(fileA, text);
        assertThat(lost).as("packets lost").isZero();
    }

    /** At once, so that nobody reads half of it. */
    private static void rewrite(Path file, String text) throws IOException {
        Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
