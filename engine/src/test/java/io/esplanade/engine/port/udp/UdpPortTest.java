package io.esplanade.engine.port.udp;

import static io.esplanade.engine.testing.TwoGateways.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortContract;
import io.esplanade.engine.port.PortMbufs;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.testing.NetworkNamespace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** UDP ports on the loopback device, against each other: the kernel is between them. */
class UdpPortTest extends PortContract {

    private static final int PORT = 14_500;
    private static final String[] IPV4 = {"127.0.0.31", "127.0.0.32"};

    private final PortMbufs mbufs = new PortMbufs(512, 4);
    private final List<Port> ports = new ArrayList<>();
    private final Burst burst = new Burst(256);

    @Override
    protected Port newPort() {
        return new UdpPortFactory().create(spec("127.0.0.30", Map.of()));
    }

    @AfterEach
    void close() throws IOException {
        for (Port port : ports) {
            port.close();
        }
        mbufs.close();
    }

    private static PortSpec spec(String local, Map<String, String> more) {
        Map<String, String> options = new HashMap<>(more);
        options.put("local", local);
        options.put("local-port", Integer.toString(PORT));
        return new PortSpec("wan", "udp", Side.UNPROTECTED, 0, options);
    }

    private Port open(String local, Map<String, String> more) throws IOException {
        Port port = new UdpPortFactory().create(spec(local, more));
        ports.add(port);
        port.attach(mbufs.pool());
        return port;
    }

    private int send(TxQueue queue, byte[]... packets) {
        Burst sent = new Burst(packets.length);
        for (byte[] packet : packets) {
            sent.add(mbufs.packet(packet, 0));
        }
        return queue.send(sent, packets.length);
    }

    private List<byte[]> receive(RxQueue queue, int n) {
        List<byte[]> packets = new ArrayList<>();
        await(
                () -> {
                    queue.receive(burst, Math.min(32, burst.room()));
                    for (int i = 0; i < burst.count(); i++) {
                        packets.add(mbufs.consume(burst.get(i)));
                    }
                    burst.clear();
                    return packets.size() >= n;
                });
        return packets;
    }

    private static byte[] esp(String from, String to, int length) {
        byte[] data = new byte[length];
        new SplittableRandom(length).nextBytes(data);
        data[0] = 1; // of the SPI
        return packet(from, to, data);
    }

    /** A datagram without a checksum, between the ports; over IPv4 with DF and without an ID. */
    private static byte[] packet(String from, String to, byte[] data) {
        ByteBuffer udp = ByteBuffer.allocate(8 + data.length);
        udp.putShort((short) PORT).putShort((short) PORT).putShort((short) udp.capacity());
        udp.putShort((short) 0).put(data);
        byte[] packet = IpPackets.packet(from, to, IpPackets.UDP, udp.array());
        return from.contains(":")
                ? packet
                : IpPackets.withChecksum(IpPackets.with(packet, 6, 0x40));
    }

    @Test
    void datagramsArriveWithTheHeadersThatTheyWereSentWith() throws IOException {
        TxQueue tx = open(IPV4[0], Map.of()).txQueue(0, mbufs);
        RxQueue rx = open(IPV4[1], Map.of()).rxQueue(0, mbufs);
        byte[] plain = esp(IPV4[0], IPV4[1], 100);
        byte[] marked = IpPackets.withChecksum(IpPackets.with(esp(IPV4[0], IPV4[1], 200), 1, 0xb9));
        byte[] ttl = IpPackets.withTtl(esp(IPV4[0], IPV4[1], 300), 7);

        assertThat(send(tx, plain, marked, ttl, plain)).isEqualTo(4);

        assertThat(receive(rx, 4)).containsExactly(plain, marked, ttl, plain);
        assertThat(tx.takeLost()).isZero();
    }

    @Test
    void overIpv6Too() throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            namespace.ip("addr add fd09::1/128 dev lo nodad");
            namespace.ip("addr add fd09::2/128 dev lo nodad");
            TxQueue tx = namespace.call(() -> open("fd09::1", Map.of())).txQueue(0, mbufs);
            RxQueue rx = namespace.call(() -> open("fd09::2", Map.of())).rxQueue(0, mbufs);
            byte[] plain = esp("fd09::1", "fd09::2", 100);
            byte[] marked = esp("fd09::1", "fd09::2", 200);
            ByteBuffer.wrap(marked).putInt(0, 6 << 28 | 0xb9 << 20).put(7, (byte) 9);

            assertThat(send(tx, plain, marked)).isEqualTo(2);

            assertThat(receive(rx, 2)).containsExactly(plain, marked);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63, 64, 65, 128, 200})
    void runsOfEqualLengthGoAndComeInOnePieceAndInOrder(int n) throws IOException {
        TxQueue tx = open(IPV4[0], Map.of()).txQueue(0, mbufs);
        RxQueue rx = open(IPV4[1], Map.of()).rxQueue(0, mbufs);
        byte[][] run = new byte[n + 2][];
        for (int i = 0; i < n; i++) {
            run[i] = esp(IPV4[0], IPV4[1], 1000);
            ByteBuffer.wrap(run[i]).putInt(40, i);
        }
        run[n] = esp(IPV4[0], IPV4[1], 77); // ends the run
        run[n + 1] = esp(IPV4[0], IPV4[1], 1000);

        assertThat(send(tx, run)).isEqualTo(n + 2);

        assertThat(receive(rx, n + 2)).containsExactly(run);
        assertThat(rx.takeLost()).isZero();
    }

    @Test
    void keepalivesAreTheEnginesAndIkeIsTheDaemonsWhoseAnswersGoOut(@TempDir Path directory)
            throws IOException {
        Path path = directory.resolve("ike");
        TxQueue peer = open(IPV4[0], Map.of()).txQueue(0, mbufs);
        RxQueue peersRx = ports.getFirst().rxQueue(0, mbufs);
        RxQueue rx = open(IPV4[1], Map.of("ike-socket", path.toString())).rxQueue(0, mbufs);
        byte[] keepalive = packet(IPV4[0], IPV4[1], new byte[] {(byte) 0xff});
        byte[] ike = packet(IPV4[0], IPV4[1], new byte[40]);
        byte[] esp = esp(IPV4[0], IPV4[1], 40);

        send(peer, ike); // nobody listens
        await(() -> rx.receive(burst, 1) == 0 && rx.takeLost() == 1);
        Process daemon =
                new ProcessBuilder(
                                "python3",
                                "-c",
                                """
                                import socket, sys
                                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                                s.bind(sys.argv[1])
                                print("ready", flush=True)
                                packet, sender = s.recvfrom(65536)
                                print(packet.hex(), flush=True)
                                a = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
                                s.sendto(a, sender)
                                """,
                                path.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var said = daemon.inputReader()) {
            assertThat(said.readLine()).isEqualTo("ready");
            send(peer, keepalive, ike, esp);
            assertThat(receive(rx, 2)).containsExactly(keepalive, esp);
            assertThat(said.readLine()).isEqualTo(HexFormat.of().formatHex(ike));
            List<byte[]> answers = new ArrayList<>();
            await(
                    () -> {
                        rx.receive(burst, 1);
                        peersRx.receive(burst, 1);
                        return !burst.isEmpty();
                    });
            answers.add(mbufs.consume(burst.get(0)));
            burst.clear();
            assertThat(answers).containsExactly(packet(IPV4[1], IPV4[0], new byte[40]));
        } finally {
            daemon.destroy();
        }
    }

    @Test
    void whatIsNoDatagramOfItsOwnIsLostAndCounted() throws IOException {
        TxQueue tx = open(IPV4[0], Map.of()).txQueue(0, mbufs);
        RxQueue rx = open(IPV4[1], Map.of()).rxQueue(0, mbufs);
        byte[] right = esp(IPV4[0], IPV4[1], 50);
        byte[] otherSource = esp(IPV4[1], IPV4[0], 50);
        byte[] noUdp = IpPackets.packet(IPV4[0], IPV4[1], IpPackets.ESP, new byte[50]);
        byte[] fragment = IpPackets.withChecksum(IpPackets.with(right, 6, 0x20));
        byte[] otherPort = right.clone();
        otherPort[20]++;

        assertThat(send(tx, noUdp, right, otherSource, fragment, right, otherPort)).isEqualTo(6);

        assertThat(receive(rx, 2)).containsExactly(right, right);
        assertThat(tx.takeLost()).isEqualTo(4);
        assertThat(tx.takeLost()).isZero();
    }

    @Test
    void whatIsTooLongForItsPathIsToldAsAnIcmpError() throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            namespace.ip("link set lo mtu 1300");
            Port port = namespace.call(() -> open(IPV4[0], Map.of()));
            TxQueue tx = port.txQueue(0, mbufs);
            RxQueue rx = port.rxQueue(0, mbufs);
            byte[] tooLong = esp(IPV4[0], IPV4[1], 1400);

            send(tx, tooLong, tooLong);

            byte[] error = receive(rx, 1).getFirst();
            ByteBuffer ip = ByteBuffer.wrap(error);
            assertThat(error).hasSize(20 + 8 + 80);
            assertThat(error).isEqualTo(IpPackets.withIcmpChecksum(error));
            assertThat(ip.getShort(20)).as("type and code").isEqualTo((short) 0x304);
            assertThat(ip.getShort(26)).as("MTU").isEqualTo((short) 1300);
            byte[] quoted = Arrays.copyOfRange(error, 28, error.length);
            assertThat(quoted).isEqualTo(Arrays.copyOf(tooLong, 80));
            assertThat(tx.takeLost()).isEqualTo(2);
        }
    }

    @Test
    void whatMayBeFragmentedIs() throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            namespace.ip("link set lo mtu 1300");
            TxQueue tx = namespace.call(() -> open(IPV4[0], Map.of())).txQueue(0, mbufs);
            RxQueue rx = namespace.call(() -> open(IPV4[1], Map.of())).rxQueue(0, mbufs);
            byte[] sent = esp(IPV4[0], IPV4[1], 1400);
            byte[] mayBe = IpPackets.withChecksum(IpPackets.with(sent, 6, 0));

            send(tx, mayBe);

            assertThat(receive(rx, 1)).containsExactly(sent);
            assertThat(tx.takeLost()).isZero();
        }
    }

    @Test
    void anAddressOfAnotherHostIsRefusedWithARemedy() {
        assertThatThrownBy(() -> open("192.0.2.77", Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("port wan: cannot bind UDP 192.0.2.77 port " + PORT)
                .hasMessageContaining("give this host the address first");
    }

    @Test
    void aPortThatAnotherProgramHasIsRefusedWithARemedy() throws IOException {
        open(IPV4[0], Map.of());

        assertThatThrownBy(() -> open(IPV4[0], Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("take IKE by ike-socket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "local=",
                "local=nowhere",
                "local=0.0.0.0",
                "local-port=0",
                "local-port=65536",
                "queues=0",
                "queues=x",
                "mode=fast"
            })
    void wrongOptionsAreRefusedByName(String option) {
        String[] pair = option.split("=", -1);
        Map<String, String> options = new HashMap<>(Map.of("local", IPV4[0]));
        options.put(pair[0], pair[1]);

        assertThatThrownBy(
                        () ->
                                new UdpPortFactory()
                                        .create(
                                                new PortSpec(
                                                        "wan",
                                                        "udp",
                                                        Side.UNPROTECTED,
                                                        0,
                                                        options)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("port wan: ")
                .hasMessageContaining(pair[0]);
    }
}
