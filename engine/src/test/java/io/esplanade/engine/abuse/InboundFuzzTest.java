package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.IpsecProtocol;
import io.esplanade.engine.ipsec.MtuRules;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The whole inbound path under a fuzzer that watches which code its bytes reach: {@link Barrage}
 * says what must hold, {@link FuzzedPackets} what comes.
 */
class InboundFuzzTest {

    private static final int MOST_PACKETS = 8;

    private static List<Target> targets;

    @BeforeAll
    static void open() {
        targets =
                List.of(
                        new Target(Peer.ESP, gateway(Mode.ONE_LANE, s -> {})),
                        new Target(Peer.ESP, gateway(Mode.TWO_LANES, s -> s.ipv6Outside = true)),
                        new Target(
                                Peer.ESP,
                                gateway(
                                        Mode.FINE_GRAINED,
                                        s -> {
                                            s.esn = false;
                                            s.innerFromPeer = TunnelGateway.FROM_PEER;
                                        })),
                        new Target(
                                Peer.ESP_IN_UDP,
                                gateway(Mode.TWO_WORKERS, s -> s.sas = InboundFuzzTest::inUdp)),
                        new Target(
                                Peer.TRANSPORT_IN_UDP,
                                gateway(
                                        Mode.GIANT_LOCK,
                                        s -> {
                                            s.sas = sa -> inUdp(sa.mode(SaMode.TRANSPORT));
                                            s.more = b -> b.route(TunnelGateway.US, "lan");
                                        })),
                        new Target(
                                Peer.AH, gateway(Mode.ONE_LANE, s -> s.sas = InboundFuzzTest::ah)));
    }

    private static void inUdp(SecurityAssociation.Builder sa) {
        sa.encapsulation(UdpEncapsulation.DEFAULT.withKeepalive(0));
    }

    private static void ah(SecurityAssociation.Builder sa) {
        sa.protocol(IpsecProtocol.AH).suite(Suite.ofKeyword("null-sha1").orElseThrow());
    }

    /** How the peer sends. */
    private enum Peer {
        ESP,
        ESP_IN_UDP,
        TRANSPORT_IN_UDP,
        AH
    }

    private record Target(Peer peer, Barrage gateway) {

        /** Whatever came before, what the peer sends now comes through. */
        void assertTakesGoodPackets() {
            byte[] inner =
                    peer == Peer.TRANSPORT_IN_UDP
                            ? IpPackets.udp(TunnelGateway.PEER, TunnelGateway.US, 60)
                            : TunnelGateway.inbound(60);
            assertThat(gateway.fromWan(sent(inner))).isEqualTo(IpPackets.withTtl(inner, 63));
        }

        private byte[] sent(byte[] inner) {
            return switch (peer) {
                case ESP -> gateway.sealPacket(inner);
                case ESP_IN_UDP -> inUdp(gateway.sealPacket(inner));
                case TRANSPORT_IN_UDP -> {
                    byte[] payload = Arrays.copyOfRange(inner, 20, inner.length);
                    yield inUdp(gateway.seal(EspPackets.payload(payload, IpPackets.UDP)));
                }
                case AH -> gateway.authenticateAhead(1, 4, inner);
            };
        }

        private static byte[] inUdp(byte[] packet) {
            byte[] esp = Arrays.copyOfRange(packet, 20, packet.length);
            return IpPackets.udp(TunnelGateway.PEER, TunnelGateway.US, 4500, 4500, esp);
        }
    }

    private static Barrage gateway(Mode mode, Consumer<TunnelGateway.Settings> change) {
        return new Barrage(
                s -> {
                    s.mtuRules = MtuRules.DEFAULT.withFragmentation(Fragmentation.POST);
                    change.accept(s);
                    s.more =
                            s.more.andThen(
                                    b ->
                                            b.runtime(mode.config())
                                                    .mbufs(512, 8)
                                                    .address(0, "10.1.0.1")
                                                    .address(0, "fd01::1")
                                                    .address(1, TunnelGateway.US)
                                                    .address(1, TunnelGateway.US6));
                });
    }

    /** Says how far the fuzzer came. */
    @AfterAll
    static void close() {
        for (Target target : targets) {
            DrivenGateway gateway = target.gateway.tunnel().gateway();
            System.out.println(gateway.drops());
            target.gateway.close();
        }
    }

    @FuzzTest(maxDuration = "20s")
    void whateverComesFromOutsideIsSentOrDroppedByName(FuzzedDataProvider data) {
        Target target = data.pickValue(targets);
        Barrage gateway = target.gateway;
        FuzzedPackets packets = new FuzzedPackets(data, gateway);
        for (int i = 0; i < MOST_PACKETS && data.remainingBytes() > 0; i++) {
            if (data.consumeInt(0, 7) == 0) {
                gateway.send(gateway.tunnel().lan(), packets.fromInside());
            } else {
                packets.fromOutside().forEach(p -> gateway.send(gateway.tunnel().wan(), p));
            }
            if (data.consumeBoolean()) {
                gateway.settle();
            }
        }
        gateway.settle();
        gateway.rest();
        target.assertTakesGoodPackets();
    }
}
