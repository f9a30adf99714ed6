package io.esplanade.engine.port.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.interop.Tool;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortMbufs;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.port.pcap.PcapWriter;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.testing.NetworkNamespace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two hosts, each a network namespace with a TUN device; the test carries packets from one port to
 * the other. What a kernel splits is so gathered again for the other, and it is the kernels' own
 * TCP that must be content with it.
 */
@Timeout(60)
class TunPortTest {

    private static final int MTU = 1400;

    /** Of devices to come: without one, their host says nothing by itself. */
    private static final Path NO_LINK_LOCAL_ADDRESSES =
            Path.of("/proc/sys/net/ipv6/conf/default/addr_gen_mode");

    private final NetworkNamespace hostA = NetworkNamespace.create();
    private final NetworkNamespace hostB = NetworkNamespace.create();
    private final PortMbufs mbufs = new PortMbufs(512, 2);
    private final List<Port> ports = new ArrayList<>();
    private final List<byte[]> carried = new ArrayList<>();
    private final Burst burst = new Burst(32);
    private RxQueue rxA;
    private TxQueue txA;
    private RxQueue rxB;
    private TxQueue txB;

    @BeforeEach
    void noNoise() {
        for (NetworkNamespace host : List.of(hostA, hostB)) {
            host.call(() -> Files.writeString(NO_LINK_LOCAL_ADDRESSES, "1"));
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Port port : ports) {
            port.close();
        }
        mbufs.close();
        hostA.close();
        hostB.close();
    }

    private static PortSpec spec(String name, Map<String, String> options) {
        return new PortSpec(name, "tun", Side.PROTECTED, MTU, options);
    }

    private Port open(NetworkNamespace host, String name, Map<String, String> options) {
        Port port = new TunPortFactory().create(spec(name, options));
        ports.add(port);
        return host.call(
                () -> {
                    port.attach(mbufs.pool());
                    return port;
                });
    }

    private void openBoth() {
        Port a = open(hostA, "esp0", Map.of("host-addresses", "10.9.0.1/24, fd09::1/64"));
        Port b = open(hostB, "esp0", Map.of("host-addresses", "10.9.0.2/24, fd09::2/64"));
        rxA = a.rxQueue(0, mbufs);
        txA = a.txQueue(0, mbufs);
        rxB = b.rxQueue(0, mbufs);
        txB = b.txQueue(0, mbufs);
    }

    /** Carries packets both ways until {@code done}. */
    private void carry(BooleanSupplier done) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!done.getAsBoolean()) {
            carry(rxA, txB);
            carry(rxB, txA);
            assertThat(System.nanoTime() - deadline)
                    .as("ns over time, %d packets carried", carried.size())
                    .isNegative();
        }
    }

    private void carry(RxQueue from, TxQueue to) {
        int n = from.receive(burst, 32);
        for (int i = 0; i < n; i++) {
            long mbuf = burst.get(i);
            carried.add(Mem.bytes(Mbuf.data(mbuf), Mbuf.length(mbuf)));
            mbufs.pool().move(mbuf, Owner.INGRESS, Owner.TRANSMIT);
        }
        assertThat(to.send(burst, n)).isEqualTo(n);
        burst.clear();
    }

    private static byte[] data(int length) {
        byte[] data = new byte[length];
        new SplittableRandom(length).nextBytes(data);
        return data;
    }

    private byte[] receive(ServerSocketChannel server, int length) {
        try (SocketChannel connection = server.accept()) {
            ByteBuffer received = ByteBuffer.allocate(length);
            while (received.hasRemaining() && connection.read(received) >= 0) {}
            return received.array();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void send(SocketChannel socket, InetSocketAddress to, byte[] data) {
        try (socket) {
            socket.connect(to);
            ByteBuffer sent = ByteBuffer.wrap(data);
            while (sent.hasRemaining()) {
                socket.write(sent);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"10.9.0.1, 10.9.0.2", "fd09::1, fd09::2"})
    void tcpArrivesInSuperPacketsAndInBetweenEverySegmentIsRight(
            String a, String b, @TempDir Path directory) throws Exception {
        openBoth();
        byte[] data = data(8_000_000);
        InetSocketAddress address = new InetSocketAddress(b, 41_000);
        try (var threads = Executors.newCachedThreadPool();
                ServerSocketChannel server = hostB.call(() -> ServerSocketChannel.open())) {
            hostB.call(() -> server.bind(address));
            SocketChannel client = hostA.call(() -> SocketChannel.open());
            var received =
                    CompletableFuture.supplyAsync(() -> receive(server, data.length), threads);
            var sent = CompletableFuture.runAsync(() -> send(client, address, data), threads);
            carry(() -> received.isDone() && sent.isDone());

            sent.join();
            assertThat(Arrays.equals(received.join(), data)).as("what arrived").isTrue();
        }
        long segments = carried.stream().filter(p -> p.length > 1000).count();
        assertThat(carried).allMatch(packet -> packet.length <= MTU);
        assertThat(segments).isGreaterThan(data.length / MTU);
        assertThat(packets(hostA, "TX")).as("super-packets read").isLessThan(segments / 4);
        assertThat(packets(hostB, "RX")).as("super-packets written").isLessThan(segments / 3);
        assertThat(rxA.takeLost() + rxB.takeLost() + txA.takeLost() + txB.takeLost()).isZero();
        assertRight(directory, "tcp");
    }

    /** How many packets the host's device has counted. */
    private static long packets(NetworkNamespace host, String direction) {
        Matcher matcher =
                Pattern.compile(direction + ":.*\\n\\s*\\d+\\s+(\\d+)")
                        .matcher(host.ip("-s link show dev esp0"));
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    /** Has tshark look at every packet carried. */
    private void assertRight(Path directory, String protocol) throws Exception {
        Path file = directory.resolve("carried.pcap");
        try (PcapWriter writer = new PcapWriter(file, LinkType.RAW_IP)) {
            for (byte[] packet : carried) {
                long mbuf = mbufs.packet(packet, 1);
                writer.write(Mbuf.data(mbuf), packet.length, 1);
                mbufs.free(mbuf);
            }
        }
        List<String> wrong =
                Tool.tshark()
                        .run(
                                directory,
                                Map.of(),
                                "-r",
                                file,
                                "-o",
                                "ip.check_checksum:TRUE",
                                "-o",
                                "tcp.check_checksum:TRUE",
                                "-o",
                                "udp.check_checksum:TRUE",
                                "-Y",
                                "!%s || %s.checksum.status != 1 || ip.checksum.status == 0"
                                                .formatted(protocol, protocol)
                                        + " || tcp.analysis.lost_segment || _ws.malformed")
                        .lines();
        assertThat(wrong.stream().filter(line -> !line.contains("ICMPv6"))).isEmpty();
    }

    @Test
    void datagramsThatTheKernelLeavesInOnePieceAreSplit(@TempDir Path directory) throws Exception {
        openBoth();
        String program =
                """
                import socket
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.setsockopt(17, 103, 1000) # UDP_SEGMENT
                s.sendto(bytes(i % 251 for i in range(9500)), ("10.9.0.2", 9))
                """;
        int status =
                hostA.call(() -> new ProcessBuilder("python3", "-c", program).start().waitFor());
        assertThat(status).isZero();

        carry(() -> carried.size() >= 10);
        carried.removeIf(packet -> packet[9] != IpPackets.UDP); // errors: nobody listens there

        assertThat(carried.stream().map(packet -> packet.length - 28))
                .containsExactly(1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 500);
        assertRight(directory, "udp");
    }

    @Test
    void whileTheDeviceIsDownPacketsAreLostAndCountedAndThenItGoesOn() {
        openBoth();
        byte[] request = IpPackets.echoRequest("10.9.0.2", "10.9.0.1", 1, new byte[40]);
        hostA.ip("link set esp0 down");

        send(txA, request);
        assertThat(txA.takeLost()).isEqualTo(1);
        assertThat(rxA.receive(burst, 32)).isZero();

        assertThat(look()).containsExactly("esp0 is down: packets for it are lost until it is up");
        assertThat(look()).isEmpty();

        hostA.ip("link set esp0 up");
        assertThat(look()).containsExactly("esp0 is up again");
        assertAnswered();
    }

    /** What the conductor would be told of host A's port. */
    private List<String> look() {
        return hostA.call(ports.getFirst()::look);
    }

    /** A ping to host A is answered. */
    private void assertAnswered() {
        byte[] request = IpPackets.echoRequest("10.9.0.2", "10.9.0.1", 1, new byte[40]);
        carried.clear();
        send(txA, request);
        carry(() -> carried.stream().anyMatch(p -> p[9] == IpPackets.ICMP));
        byte[] answer = carried.stream().filter(p -> p[9] == IpPackets.ICMP).findFirst().get();
        assertThat(Arrays.copyOfRange(answer, 12, 21))
                .isEqualTo(Arrays.copyOfRange(IpPackets.echoReply(request), 12, 21));
        assertThat(txA.takeLost()).isZero();
    }

    @Test
    void aDeviceThatSomebodyRemovesIsMadeAnew() {
        openBoth();
        assertAnswered();
        hostA.ip("link delete esp0");
        send(txA, IpPackets.echoRequest("10.9.0.2", "10.9.0.1", 1, new byte[40]));
        assertThat(txA.takeLost()).isEqualTo(1);
        assertThat(rxA.receive(burst, 32)).isZero();

        assertThat(look()).containsExactly("esp0 was removed: made anew");

        assertThat(look()).isEmpty();
        assertAnswered();
    }

    private void send(TxQueue queue, byte[] packet) {
        Burst one = new Burst(1);
        one.add(mbufs.packet(packet, 0));
        assertThat(queue.send(one, 1)).isEqualTo(1);
    }

    @Test
    void theDeviceIsUpHasItsMtuAddressesAndRoutesAndGoesWithThePort() throws IOException {
        Port port =
                open(
                        hostA,
                        "vpn",
                        Map.of(
                                "device",
                                "esp7",
                                "host-addresses",
                                "10.9.0.1/32,fd09::1/128",
                                "host-routes",
                                "10.8.0.0/16 fd08::/32"));

        assertThat(port.device()).isEqualTo("esp7");
        assertThat(port.mode()).startsWith("TUN device esp7, 1 queue, ");
        assertThat(port.capabilities()).contains(Capability.SPLIT, Capability.COALESCE);
        assertThat(hostA.ip("addr show dev esp7"))
                .contains("mtu " + MTU)
                .contains("UP")
                .contains("inet 10.9.0.1/32")
                .contains("inet6 fd09::1/128");
        assertThat(hostA.ip("route show")).contains("10.8.0.0/16 dev esp7");
        assertThat(hostA.ip("-6 route show")).contains("fd08::/32 dev esp7");
        port.close();
        assertThat(hostA.ip("link show")).doesNotContain("esp7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " multi_queue"})
    void aDeviceThatSomebodyHasMadeIsUsedAndStays(String kind) throws IOException {
        hostA.ip("tuntap add dev esp0 mode tun vnet_hdr" + kind);
        Port port = open(hostA, "esp0", Map.of());
        assertThat(port.rxQueue(0, mbufs).receive(burst, 1)).isZero();
        port.close();
        assertThat(hostA.ip("link show")).contains("esp0");
    }

    @Test
    void severalQueuesAreOneDevices() {
        Port port = open(hostA, "esp0", Map.of("queues", "3", "host-addresses", "10.9.0.1/24"));

        assertThat(port.rxQueues()).isEqualTo(3);
        assertThat(port.mode()).contains("3 queues");
        List<RxQueue> queues = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            queues.add(port.rxQueue(i, mbufs));
            send(port.txQueue(i, mbufs), IpPackets.echoRequest("10.9.0.2", "10.9.0.1", i, data(9)));
        }
        List<Integer> answered = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (answered.size() < 3) {
            queues.forEach(queue -> queue.receive(burst, burst.room()));
            for (int i = 0; i < burst.count(); i++) {
                byte[] packet = mbufs.consume(burst.get(i));
                if (packet[0] == 0x45 && packet[9] == IpPackets.ICMP) {
                    answered.add((int) packet[27]);
                }
            }
            burst.clear();
            assertThat(System.nanoTime() - deadline).as("ns over time").isNegative();
        }
        assertThat(answered).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void aDeviceThatIsNoTunDeviceIsRefusedWithARemedy() {
        hostA.ip("link add esp0 type veth peer name other");

        assertThatThrownBy(() -> open(hostA, "esp0", Map.of()))
                .hasRootCauseMessage(
                        "cannot attach to the TUN device esp0: Invalid argument (errno 22); there"
                                + " is a device of this name that is no TUN device, or one with a"
                                + " single queue: name another, say queues: 1, or make it with"
                                + " multi_queue");
    }

    @Test
    void aDeviceThatIsInUseIsRefusedWithARemedy() {
        open(hostA, "esp0", Map.of());

        assertThatThrownBy(() -> open(hostA, "esp0", Map.of()))
                .rootCause()
                .hasMessageContaining("another program uses it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "device=",
                "device=a/b",
                "device=a-name-of-sixteen",
                "queues=0",
                "queues=65",
                "host-addresses=10.9.0.1/33",
                "host-addresses=here",
                "host-routes=10.0.0.0/x",
                "speed=1"
            })
    void wrongOptionsAreRefusedByName(String option) {
        String[] pair = option.split("=", -1);
        Map<String, String> options = new HashMap<>(Map.of(pair[0], pair[1]));

        assertThatThrownBy(() -> new TunPortFactory().create(spec("esp0", options)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("port esp0: ")
                .hasMessageContaining(pair[0]);
    }
}
