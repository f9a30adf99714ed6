package io.esplanade.engine.port.raw;

import static io.esplanade.engine.testing.TwoGateways.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortContract;
import io.esplanade.engine.port.PortMbufs;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.testing.DelegatingPort;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.testing.NetworkNamespace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Raw ports of two hosts, each a network namespace, with a router between them. */
@Timeout(60)
class RawPortTest extends PortContract {

    private static final String A = "192.0.2.1";
    private static final String B = "198.51.100.1";
    private static final String A6 = "2001:db8:a::1";
    private static final String B6 = "2001:db8:b::1";

    private final NetworkNamespace hostA = NetworkNamespace.create();
    private final NetworkNamespace router = NetworkNamespace.create();
    private final NetworkNamespace hostB = NetworkNamespace.create();
    private final PortMbufs mbufs = new PortMbufs(512, 4);
    private final List<Port> ports = new ArrayList<>();
    private final Burst burst = new Burst(32);

    RawPortTest() {
        join(hostA, "eth1", A, "192.0.2.254", A6, "2001:db8:a::ff");
        join(hostB, "eth2", B, "198.51.100.254", B6, "2001:db8:b::ff");
        router.sh("echo 1 >/proc/sys/net/ipv4/ip_forward");
        router.sh("echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
    }

    private void join(
            NetworkNamespace host,
            String device,
            String own,
            String hop,
            String own6,
            String hop6) {
        host.ip("link add eth0 type veth peer name " + device + " netns " + router.path());
        host.ip("addr add " + own + "/24 dev eth0");
        host.ip("addr add " + own6 + "/64 dev eth0 nodad");
        router.ip("addr add " + hop + "/24 dev " + device);
        router.ip("addr add " + hop6 + "/64 dev " + device + " nodad");
        router.ip("link set " + device + " up");
        host.ip("link set eth0 up");
        host.ip("route add default via " + hop);
        host.ip("route add default via " + hop6);
    }

    @Override
    protected Port newPort() {
        return new DelegatingPort(new RawPortFactory().create(spec(A, Map.of()))) {
            @Override
            public void attach(MbufPool pool) {
                hostA.call(
                        () -> {
                            port.attach(pool);
                            return null;
                        });
            }
        };
    }

    @AfterEach
    void close() throws IOException {
        for (Port port : ports) {
            port.close();
        }
        mbufs.close();
        hostA.close();
        router.close();
        hostB.close();
    }

    private static PortSpec spec(String local, Map<String, String> more) {
        Map<String, String> options = new HashMap<>(more);
        options.put("local", local);
        return new PortSpec("wan", "raw", Side.UNPROTECTED, 0, options);
    }

    private Port open(NetworkNamespace host, String local, Map<String, String> more)
            throws Exception {
        Port port = new RawPortFactory().create(spec(local, more));
        ports.add(port);
        host.call(
                () -> {
                    port.attach(mbufs.pool());
                    return null;
                });
        return port;
    }

    private Port openA() throws Exception {
        return open(hostA, A + ", " + A6, Map.of());
    }

    private Port openB() throws Exception {
        return open(hostB, B + ", " + B6, Map.of());
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
                    queue.receive(burst, burst.room());
                    for (int i = 0; i < burst.count(); i++) {
                        packets.add(mbufs.consume(burst.get(i)));
                    }
                    burst.clear();
                    return packets.size() >= n;
                });
        return packets;
    }

    /** A packet whose identification no kernel changes. */
    private static byte[] packet(String from, String to, int protocol, int spi, int length) {
        byte[] data = new byte[length];
        new SplittableRandom(length).nextBytes(data);
        ByteBuffer.wrap(data).putInt(protocol == IpPackets.AH ? 4 : 0, spi);
        byte[] packet = IpPackets.packet(from, to, protocol, data);
        return from.contains(":") ? packet : IpPackets.withId(packet, 0x4321);
    }

    /** As it is behind the router. */
    private static byte[] arrived(byte[] packet) {
        boolean ipv6 = packet[0] >> 4 == 6;
        return IpPackets.withTtl(packet, packet[ipv6 ? 7 : 8] - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {IpPackets.ESP, IpPackets.AH})
    void packetsArriveWithTheHeadersThatTheyWereSentWith(int protocol) throws Exception {
        TxQueue tx = openA().txQueue(0, mbufs);
        RxQueue rx = openB().rxQueue(0, mbufs);
        byte[] plain = packet(A, B, protocol, 1, 100);
        byte[] marked = IpPackets.withChecksum(IpPackets.with(plain, 1, 0xb9)); // DSCP and ECN
        byte[] ttl = IpPackets.withTtl(packet(A, B, protocol, 1, 200), 7);
        byte[] whole = IpPackets.withChecksum(IpPackets.with(IpPackets.withId(plain, 0), 6, 0x40));

        assertThat(send(tx, plain, marked, ttl, whole)).isEqualTo(4);

        assertThat(receive(rx, 4))
                .containsExactly(arrived(plain), arrived(marked), arrived(ttl), arrived(whole));
        assertThat(tx.takeLost()).isZero();
        assertThat(rx.takeLost()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {IpPackets.ESP, IpPackets.AH})
    void overIpv6Too(int protocol) throws Exception {
        TxQueue tx = openA().txQueue(0, mbufs);
        RxQueue rx = openB().rxQueue(0, mbufs);
        byte[] plain = packet(A6, B6, protocol, 1, 100);
        byte[] marked = packet(A6, B6, protocol, 1, 200);
        ByteBuffer.wrap(marked).putInt(0, 6 << 28 | 0xb9 << 20).put(7, (byte) 9);

        assertThat(send(tx, plain, marked)).isEqualTo(2);

        assertThat(receive(rx, 2)).containsExactly(arrived(plain), arrived(marked));
    }

    /** The kernel has no ESP: without a port it would say so to the sender. */
    @Test
    void theKernelSaysNothingToWhatThePortTakes() throws Exception {
        TxQueue tx = openA().txQueue(0, mbufs);
        RxQueue rx = openB().rxQueue(0, mbufs);
        send(tx, packet(A, B, IpPackets.ESP, 1, 100));
        receive(rx, 1);

        String counts = hostB.sh("grep ^Icmp: /proc/net/snmp");
        List<String> names = List.of(counts.lines().findFirst().orElseThrow().split(" "));
        String[] numbers = counts.lines().skip(1).findFirst().orElseThrow().split(" ");
        assertThat(numbers[names.indexOf("OutDestUnreachs")]).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fragmentsAreSentAndComePutTogether(boolean ipv6) throws Exception {
        TxQueue tx = openA().txQueue(0, mbufs);
        RxQueue rx = openB().rxQueue(0, mbufs);
        byte[] packet = packet(ipv6 ? A6 : A, ipv6 ? B6 : B, IpPackets.ESP, 1, 3000);
        List<byte[]> fragments = IpFragments.cut(packet, 1000, 77);

        assertThat(send(tx, fragments.toArray(byte[][]::new))).isEqualTo(fragments.size());

        byte[] whole = receive(rx, 1).getFirst();
        assertThat(whole).isEqualTo(arrived(ipv6 ? packet : IpPackets.withId(packet, 77)));
        assertThat(tx.takeLost()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsTooLongForThisHostsLinkIsToldAsAnIcmpError(boolean ipv6) throws Exception {
        hostA.ip("link set eth0 mtu 1300");
        expectTooBig(ipv6, 1300);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatARouterSaysOfThePathIsToldAsAnIcmpError(boolean ipv6) throws Exception {
        router.ip("link set eth2 mtu 1300");
        expectTooBig(ipv6, 1300);
    }

    private void expectTooBig(boolean ipv6, int mtu) throws Exception {
        Port port = openA();
        TxQueue tx = port.txQueue(0, mbufs);
        RxQueue rx = port.rxQueue(0, mbufs);
        byte[] tooLong = packet(ipv6 ? A6 : A, ipv6 ? B6 : B, IpPackets.ESP, 1, 1400);
        byte[] sent =
                ipv6 ? tooLong : IpPackets.withChecksum(IpPackets.with(tooLong, 6, 0x40)); // DF

        send(tx, sent);

        ByteBuffer error = ByteBuffer.wrap(receive(rx, 1).getFirst());
        int ip = ipv6 ? 40 : 20;
        assertThat(error.array()).isEqualTo(IpPackets.withIcmpChecksum(error.array()));
        assertThat(error.getShort(ip)).as("type, code").isEqualTo((short) (ipv6 ? 0x200 : 0x304));
        assertThat(error.getInt(ip + 4)).as("MTU").isEqualTo(mtu);
        byte[] quoted = Arrays.copyOfRange(error.array(), ip + 8, error.array().length);
        byte[] expected = Arrays.copyOf(sent, quoted.length);
        assertThat(quoted).hasSizeGreaterThanOrEqualTo(ip + 8);
        assertThat(Arrays.copyOfRange(quoted, ip, quoted.length))
                .isEqualTo(Arrays.copyOfRange(expected, ip, quoted.length));
        int addresses = ipv6 ? 8 : 12;
        assertThat(Arrays.copyOfRange(quoted, addresses, ip))
                .isEqualTo(Arrays.copyOfRange(expected, addresses, ip));
    }

    @Test
    void eachQueueGetsItsOwnSpisAndNoPacketTwice() throws Exception {
        TxQueue tx = openA().txQueue(0, mbufs);
        Port port = open(hostB, B + ", " + B6, Map.of("queues", "3"));
        List<RxQueue> queues = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            queues.add(port.rxQueue(i, mbufs));
        }
        int spis = 9;
        for (int spi = 0x8000_0000; spi < 0x8000_0000 + spis; spi++) { // they are unsigned
            send(
                    tx,
                    packet(A, B, IpPackets.ESP, spi, 50),
                    packet(A, B, IpPackets.AH, spi, 50),
                    packet(A6, B6, IpPackets.ESP, spi, 50),
                    packet(A6, B6, IpPackets.AH, spi, 50));
        }
        for (int i = 0; i < 3; i++) {
            int queue = i;
            List<byte[]> packets = receive(queues.get(i), 4 * spis / 3);
            assertThat(packets).hasSize(4 * spis / 3);
            assertThat(packets)
                    .allMatch(packet -> Integer.remainderUnsigned(spi(packet), 3) == queue);
            assertThat(queues.get(i).receive(burst, 1)).isZero();
        }
    }

    private static int spi(byte[] packet) {
        boolean ipv6 = packet[0] >> 4 == 6;
        int protocol = packet[ipv6 ? 6 : 9];
        return ByteBuffer.wrap(packet)
                .getInt((ipv6 ? 40 : 20) + (protocol == IpPackets.AH ? 4 : 0));
    }

    @Test
    void whatIsNoIpsecOfItsOwnIsLostAndCounted() throws Exception {
        TxQueue tx = openA().txQueue(0, mbufs);
        RxQueue rx = openB().rxQueue(0, mbufs);
        byte[] right = packet(A, B, IpPackets.ESP, 1, 50);
        byte[] otherSource = packet(B, A, IpPackets.ESP, 1, 50);
        byte[] udp = packet(A, B, IpPackets.UDP, 1, 50);

        assertThat(send(tx, udp, right, otherSource, right)).isEqualTo(4);

        assertThat(receive(rx, 2)).containsExactly(arrived(right), arrived(right));
        assertThat(tx.takeLost()).isEqualTo(2);
    }

    @Test
    void itGoesOnWhenTheLinkIsUpAgain() throws Exception {
        TxQueue tx = openA().txQueue(0, mbufs);
        RxQueue rx = openB().rxQueue(0, mbufs);
        byte[] packet = packet(A, B, IpPackets.ESP, 1, 50);
        hostA.ip("link set eth0 down");

        assertThat(send(tx, packet, packet)).isEqualTo(2);
        assertThat(tx.takeLost()).isEqualTo(2);
        hostA.ip("link set eth0 up");
        hostA.ip("route add default via 192.0.2.254");
        send(tx, packet);

        assertThat(receive(rx, 1)).containsExactly(arrived(packet));
        assertThat(tx.takeLost()).isZero();
    }

    @Test
    void anAddressOfAnotherHostIsRefusedWithARemedy() {
        assertThatThrownBy(() -> open(hostA, B, Map.of()))
                .hasStackTraceContaining("port wan: cannot bind a raw socket to " + B)
                .hasStackTraceContaining("give this host the address first");
    }

    @ParameterizedTest
    @ValueSource(strings = {"local=", "local=nowhere", "local=::", "queues=0", "mode=fast"})
    void wrongOptionsAreRefusedByName(String option) {
        String[] pair = option.split("=", -1);
        Map<String, String> options = new HashMap<>(Map.of("local", A));
        options.put(pair[0], pair[1]);
        PortSpec spec = new PortSpec("wan", "raw", Side.UNPROTECTED, 0, options);

        assertThatThrownBy(() -> new RawPortFactory().create(spec))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("port wan: ")
                .hasMessageContaining(pair[0]);
    }
}
