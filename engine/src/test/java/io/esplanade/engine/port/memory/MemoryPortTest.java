package io.esplanade.engine.port.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.Packets;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortContract;
import io.esplanade.engine.port.PortMbufs;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

class MemoryPortTest extends PortContract {

    private static final Plug LAN = Plug.of("lan", Side.PROTECTED);

    private final MemoryHost host = MemoryHost.on(LAN, Cable.DEFAULT.withRingBytes(1 << 18));
    private final PortMbufs mbufs = new PortMbufs(64, 2);
    private final Burst burst = new Burst(64);
    private MemoryHost contractHost;
    private RxQueue rx;
    private TxQueue tx;

    @Override
    protected Port newPort() {
        contractHost = MemoryHost.on(LAN, Cable.DEFAULT);
        return contractHost.port();
    }

    @BeforeEach
    void attach() throws Exception {
        host.port().attach(mbufs.pool());
        rx = host.port().rxQueue(0, mbufs);
        tx = host.port().txQueue(0, mbufs);
    }

    @AfterEach
    void close() throws Exception {
        host.port().close();
        host.close();
        contractHost.close();
        mbufs.close();
    }

    @Test
    void whatTheHostSendsIsReceivedInOrderWithItsTime() {
        List<byte[]> packets = Packets.packets(1, 10, 20, 1_500);
        packets.forEach(packet -> assertThat(host.send(packet, packet.length)).isTrue());

        assertThat(rx.receive(burst, 4)).isEqualTo(4);
        assertThat(rx.receive(burst, 60)).isEqualTo(6);

        for (int i = 0; i < 10; i++) {
            assertThat(Mbuf.time(burst.get(i))).isEqualTo(packets.get(i).length);
            assertThat(mbufs.consume(burst.get(i))).isEqualTo(packets.get(i));
        }
        assertThat(rx.receive(burst, 4)).isZero();
    }

    @Test
    void whatTheEngineSendsReachesTheHostInOrder() {
        List<byte[]> packets = Packets.packets(2, 10, 0, 1_500);
        packets.forEach(packet -> burst.add(mbufs.packet(packet, 0)));

        assertThat(tx.send(burst, 10)).isEqualTo(10);

        assertThat(mbufs.away()).isZero();
        packets.forEach(packet -> assertThat(host.receive()).isEqualTo(packet));
        assertThat(host.receive()).isNull();
    }

    @Test
    void packetsStayOnTheCableWhileThereIsNoMbuf() {
        for (int i = 0; i < 70; i++) {
            host.send(new byte[] {0x45, (byte) i});
        }

        assertThat(rx.receive(burst, 64)).isEqualTo(64);
        Burst more = new Burst(8);
        assertThat(rx.receive(more, 8)).isZero();
        assertThat(rx.starved()).isEqualTo(1);

        for (int i = 0; i < 64; i++) {
            assertThat(mbufs.consume(burst.get(i))).containsExactly(0x45, i);
        }
        assertThat(rx.receive(more, 8)).isEqualTo(6);
        for (int i = 0; i < 6; i++) {
            assertThat(mbufs.consume(more.get(i))).containsExactly(0x45, 64 + i);
        }
    }

    @Test
    void aQueueIsReadyWhileAPacketWaitsWithOrWithoutAnMbufForIt() {
        assertThat(rx.ready()).isFalse();
        for (int i = 0; i < 65; i++) {
            host.send(new byte[20]);
            assertThat(rx.ready()).isTrue();
        }
        rx.receive(burst, 64);
        assertThat(rx.ready()).isTrue();
        assertThat(rx.receive(burst, 1)).as("there is no mbuf").isZero();
        assertThat(rx.ready()).isTrue();

        for (int i = 0; i < 64; i++) {
            mbufs.consume(burst.get(i));
        }
        burst.clear();
        rx.receive(burst, 64);
        mbufs.consume(burst.get(0));
        assertThat(rx.ready()).isFalse();
        host.endInput();
        assertThat(rx.ready()).isFalse();
    }

    @Test
    void aFullCableTakesWhatFitsAndLeavesTheRest() {
        int sent = 0;
        do {
            burst.clear();
            burst.add(mbufs.packet(new byte[1_400], 0));
            burst.add(mbufs.packet(new byte[1_400], 0));
            sent += tx.send(burst, 2);
        } while (mbufs.away() == 0);

        assertThat(sent).isEqualTo((1 << 18) / 1_424); // 1400 + 16, rounded up to 16
        assertThat(tx.failure()).isNull();

        assertThat(host.receive()).hasSize(1_400);
        assertThat(tx.send(burst, 2)).as("there is room for one").isEqualTo(1);
        mbufs.free(burst.get(1));
    }

    @Test
    void aCableIsLosslessOnlyByChoice() {
        assertThat(host.port().capabilities()).containsExactly(Capability.LOSSLESS);
        MemoryHost lossy = MemoryHost.on(LAN, Cable.DEFAULT.withLossless(false));
        assertThat(lossy.port().capabilities()).isEmpty();
        lossy.close();
    }

    @Test
    void aLongPacketGetsALargeMbuf() {
        byte[] packet = Packets.packets(3, 1, 65_535, 65_535).getFirst();
        host.send(packet);

        assertThat(rx.receive(burst, 1)).isEqualTo(1);

        assertThat(Mbuf.tailroom(burst.get(0))).isGreaterThanOrEqualTo(MbufFiller.TAILROOM);
        assertThat(mbufs.consume(burst.get(0))).isEqualTo(packet);
    }

    @Test
    void everyLengthHasTailroomForTheTrailer() {
        for (int length = 1_700; length <= 1_800; length++) {
            host.send(new byte[length]);
            burst.clear();
            if (rx.receive(burst, 1) == 1) {
                assertThat(Mbuf.tailroom(burst.get(0))).isGreaterThanOrEqualTo(64);
                assertThat(mbufs.consume(burst.get(0))).hasSize(length);
            }
        }
    }

    @Test
    void aPacketThatNoMbufOfThePoolHoldsIsCutAndHoldsUpNothing() throws Exception {
        try (PortMbufs onlySmall = new PortMbufs(2, 0);
                MemoryHost other = MemoryHost.on(LAN, Cable.DEFAULT);
                Port port = other.port()) {
            port.attach(onlySmall.pool());
            RxQueue queue = port.rxQueue(0, onlySmall);
            other.send(new byte[9_000]);
            other.send(new byte[100]);

            assertThat(queue.receive(burst, 2)).isEqualTo(2);
            assertThat(onlySmall.consume(burst.get(0)))
                    .hasSize(MbufPool.SMALL_SIZE - MbufPool.HEADROOM - MbufFiller.TAILROOM);
            assertThat(onlySmall.consume(burst.get(1))).hasSize(100);
        }
    }

    @Test
    void theInputEndsWhenTheHostSaysSoAndAllIsReceived() {
        host.send(new byte[20]);
        host.endInput();
        assertThat(rx.ended()).isFalse();

        rx.receive(burst, 1);
        mbufs.consume(burst.get(0));

        assertThat(rx.ended()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> host.send(new byte[20]));
    }

    @Test
    void sendingToAClosedHostFailsTheQueueAndKeepsThePackets() {
        host.close();
        burst.add(mbufs.packet(new byte[20], 0));

        assertThat(tx.send(burst, 1)).isZero();

        assertThat(tx.failure()).hasMessageContaining("lan").hasMessageContaining("closed");
        mbufs.free(burst.get(0));
    }

    @Test
    void aHostSeesThatItsPortIsClosed() throws Exception {
        burst.add(mbufs.packet(new byte[20], 0));
        tx.send(burst, 1);
        assertThat(host.ended()).isFalse();

        host.port().close();

        assertThat(host.receive()).hasSize(20);
        assertThat(host.ended()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> host.send(new byte[20]));
    }

    @Test
    void itHasAMacAddressOnEthernetOnly() {
        Cable ethernet = Cable.DEFAULT.withLinkType(LinkType.ETHERNET);
        Plug plug = new Plug("lan", Side.PROTECTED, 0x0200_0000_0001L);

        assertThatIllegalArgumentException().isThrownBy(() -> MemoryHost.on(LAN, ethernet));
        assertThatIllegalArgumentException().isThrownBy(() -> MemoryHost.on(plug, Cable.DEFAULT));
        MemoryHost other = MemoryHost.on(plug, ethernet);
        assertThat(other.port().mac()).isEqualTo(0x0200_0000_0001L);
        other.close();
    }
}
