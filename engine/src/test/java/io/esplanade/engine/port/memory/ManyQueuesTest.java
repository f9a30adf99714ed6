package io.esplanade.engine.port.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortContract;
import io.esplanade.engine.port.PortMbufs;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A cable of three strands, with a host at its far end. */
class ManyQueuesTest extends PortContract {

    private static final int QUEUES = 3;
    private static final Plug LAN = Plug.of("lan", Side.PROTECTED);
    private static final Cable CABLE =
            Cable.DEFAULT.withQueues(QUEUES).withRingBytes(PacketRing.MIN_CAPACITY);

    private final MemoryHost host = MemoryHost.on(LAN, CABLE);
    private final PortMbufs mbufs = new PortMbufs(64, 0);
    private final List<RxQueue> rx = new ArrayList<>();
    private final List<TxQueue> tx = new ArrayList<>();
    private MemoryHost contractHost;

    @Override
    protected Port newPort() {
        contractHost = MemoryHost.on(LAN, CABLE);
        return contractHost.port();
    }

    @BeforeEach
    void attach() throws Exception {
        host.port().attach(mbufs.pool());
        for (int i = 0; i < QUEUES; i++) {
            rx.add(host.port().rxQueue(i, mbufs));
            tx.add(host.port().txQueue(i, mbufs));
        }
    }

    @AfterEach
    void close() throws Exception {
        host.port().close();
        host.close();
        contractHost.close();
        mbufs.close();
    }

    @Test
    void itHasAsManyQueuesOfEitherKindAsTheCableHasStrands() {
        assertThat(host.port().rxQueues()).isEqualTo(QUEUES);
        assertThat(host.port().txQueues()).isEqualTo(QUEUES);
        assertThatIllegalArgumentException().isThrownBy(() -> CABLE.withQueues(0));
        assertThatIllegalArgumentException().isThrownBy(() -> CABLE.withQueues(257));
    }

    @Test
    void aPacketArrivesOnTheQueueTheHostNamesAndOnNoOther() {
        for (int flow = 0; flow < 60; flow++) {
            byte[] packet = udp(flow, 10);
            host.send(packet);
            for (int i = 0; i < QUEUES; i++) {
                boolean here = i == host.queueOf(packet);
                assertThat(rx.get(i).ready()).isEqualTo(here);
                assertThat(receive(i)).isEqualTo(here ? packet : null);
            }
        }
    }

    @Test
    void theFlowsOfAHostAreSpreadAndEachKeepsItsQueue() {
        int[] flows = new int[QUEUES];
        for (int flow = 0; flow < 3000; flow++) {
            int queue = host.queueOf(udp(flow, 10));
            flows[queue]++;
            assertThat(host.queueOf(udp(flow, 1000))).isEqualTo(queue);
        }
        assertThat(IntStream.of(flows)).allSatisfy(n -> assertThat(n).isBetween(850, 1150));
    }

    @Test
    void theSasBetweenTwoGatewaysAreSpreadBySpi() {
        int[] sas = new int[QUEUES];
        for (int spi = 0x1000; spi < 0x1000 + 3000; spi++) {
            sas[host.queueOf(esp("192.0.2.1", "192.0.2.2", spi))]++;
        }
        assertThat(IntStream.of(sas)).allSatisfy(n -> assertThat(n).isBetween(850, 1150));
    }

    @Test
    void eachAddressProtocolAndPortCountsInBothFamilies() {
        for (String net : List.of("10.0.0.", "2001:db8::")) {
            assertSpreads(n -> IpPackets.udp(net + n, net + 1, 7, 7, new byte[8]));
            assertSpreads(n -> IpPackets.udp(net + 1, net + n, 7, 7, new byte[8]));
            assertSpreads(n -> IpPackets.udp(net + 1, net + 2, n, 7, new byte[8]));
            assertSpreads(n -> IpPackets.udp(net + 1, net + 2, 7, n, new byte[8]));
            assertSpreads(n -> IpPackets.packet(net + 1, net + 2, n, new byte[0]));
            assertSpreads(n -> esp(net + 1, net + 2, n));
        }
    }

    private interface Numbered {
        byte[] packet(int number);
    }

    private void assertSpreads(Numbered packets) {
        int[] seen = new int[QUEUES];
        for (int n = 10; n < 100; n++) {
            seen[host.queueOf(packets.packet(n))]++;
        }
        assertThat(IntStream.of(seen)).allSatisfy(n -> assertThat(n).isGreaterThan(10));
    }

    @Test
    void allFragmentsOfAPacketTakeOneStrand() {
        for (int flow = 0; flow < 60; flow++) {
            byte[] first = fragment(udp(flow, 100), 0x2000);
            byte[] later = fragment(udp(flow + 1, 100), 0x0010); // no ports, but other data
            assertThat(host.queueOf(later)).isEqualTo(host.queueOf(first));
        }
    }

    private static byte[] fragment(byte[] packet, int flagsAndOffset) {
        byte[] fragment = IpPackets.with(packet, 6, flagsAndOffset >> 8);
        return IpPackets.with(fragment, 7, flagsAndOffset & 0xff);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19, 20, 23, 24, 39, 40, 43, 44})
    void whateverIsSentArrivesThoughItBeNoPacket(int length) {
        for (int first = 0; first < 256; first++) {
            byte[] bytes = new byte[length];
            if (length > 0) {
                bytes[0] = (byte) first;
            }
            if (length > 9) {
                bytes[6] = IpPackets.UDP; // IPv6
                bytes[9] = IpPackets.UDP; // IPv4
            }
            host.send(bytes);
            assertThat(receive(host.queueOf(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void onEthernetTheHashIsOfThePacketInTheFrame() {
        Cable ethernet = CABLE.withLinkType(LinkType.ETHERNET);
        MemoryHost framed = MemoryHost.on(new Plug("e", Side.PROTECTED, 2L << 40), ethernet);
        for (int flow = 0; flow < 60; flow++) {
            byte[] packet = udp(flow, 10);
            assertThat(framed.queueOf(IpPackets.frame(2L << 40, 1 + flow, packet)))
                    .isEqualTo(host.queueOf(packet));
        }
        framed.close();
    }

    @Test
    void aFullStrandHoldsUpNoOther() {
        byte[] packet = udp(1, 1000);
        while (host.send(packet)) {
            assertThat(rx.get(host.queueOf(packet)).ready()).isTrue();
        }
        byte[] other = packet;
        for (int flow = 2; host.queueOf(other) == host.queueOf(packet); flow++) {
            other = udp(flow, 1000);
        }
        assertThat(host.send(other)).isTrue();
        assertThat(receive(host.queueOf(other))).isEqualTo(other);
    }

    @Test
    void theHostReceivesFromTheStrandsInTurnAndEachInOrder() {
        for (int round = 0; round < 4; round++) {
            for (int queue = 0; queue < QUEUES; queue++) {
                if (queue != 1 || round < 2) {
                    send(queue, new byte[] {(byte) queue, (byte) round});
                }
            }
        }
        List<String> received = new ArrayList<>();
        for (byte[] p = host.receive(); p != null; p = host.receive()) {
            received.add(p[0] + "." + p[1]);
        }
        assertThat(received)
                .containsExactly(
                        "0.0", "1.0", "2.0", "0.1", "1.1", "2.1", "0.2", "2.2", "0.3", "2.3");
    }

    @Test
    void theInputOfEachQueueEndsBehindWhatWasSentOnIt() {
        byte[] packet = udp(1, 10);
        int busy = host.queueOf(packet);
        host.send(packet);
        host.endInput();

        for (int i = 0; i < QUEUES; i++) {
            assertThat(rx.get(i).ended()).isEqualTo(i != busy);
        }
        assertThat(receive(busy)).isEqualTo(packet);
        assertThat(rx.get(busy).ended()).isTrue();
    }

    @Test
    void theHostSeesTheEndWhenAllStrandsAreEmpty() throws Exception {
        send(0, new byte[20]);
        send(2, new byte[22]);
        host.port().close();

        assertThat(host.ended()).isFalse();
        assertThat(host.receive()).hasSize(20);
        assertThat(host.ended()).isFalse();
        assertThat(host.receive()).hasSize(22);
        assertThat(host.ended()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> host.send(new byte[20]));
    }

    private static byte[] udp(int flow, int length) {
        return IpPackets.udp("10.1.0.1", "10.2.0.1", 1024 + flow, 53, new byte[length]);
    }

    private static byte[] esp(String source, String destination, int spi) {
        byte[] payload = {(byte) (spi >> 24), (byte) (spi >> 16), (byte) (spi >> 8), (byte) spi};
        return IpPackets.packet(source, destination, IpPackets.ESP, payload);
    }

    private byte[] receive(int queue) {
        Burst burst = new Burst(1);
        return rx.get(queue).receive(burst, 1) == 1 ? mbufs.consume(burst.get(0)) : null;
    }

    private void send(int queue, byte[] packet) {
        Burst burst = new Burst(1);
        burst.add(mbufs.packet(packet, 0));
        assertThat(tx.get(queue).send(burst, 1)).isEqualTo(1);
    }
}
