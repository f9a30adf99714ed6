package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

import io.esplanade.engine.ipsec.Fragmentation;
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
                        new Target(gateway(Mode.ONE_LANE, s -> {}), false, false),
                        new Target(
                                gateway(Mode.TWO_LANES, s -> s.ipv6Outside = true), false, false),
                        new Target(
                                gateway(
                                        Mode.FINE_GRAINED,
                                        s -> {
                                            s.esn = false;
                                            s.innerFromPeer = TunnelGateway.FROM_PEER;
                                        }),
                                false,
                                false),
                        new Target(
                                gateway(Mode.TWO_WORKERS, s -> s.sas = sa -> sa.encapsulation(UDP)),
                                true,
                                false),
                        new Target(
                                gateway(
                                        Mode.GIANT_LOCK,
                                        s -> {
                                            s.sas = InboundFuzzTest::transportInUdp;
                                            s.more = b -> b.route(TunnelGateway.US, "lan");
                                        }),
                                true,
                                true));
    }

    private static final UdpEncapsulation UDP = UdpEncapsulation.DEFAULT.withKeepalive(0);

    private static void transportInUdp(SecurityAssociation.Builder sa) {
        sa.mode(SaMode.TRANSPORT).encapsulation(UDP);
    }

    private record Target(Barrage gateway, boolean udp, boolean transport) {

        /** Whatever came before, what the peer sends now comes through. */
        void assertTakesGoodPackets() {
            byte[] inner =
                    transport
                            ? IpPackets.udp(TunnelGateway.PEER, TunnelGateway.US, 60)
                            : TunnelGateway.inbound(60);
            byte[] payload =
                    transport
                            ? EspPackets.payload(Arrays.copyOfRange(inner, 20, 60), IpPackets.UDP)
                            : EspPackets.payload(inner, 4);
            byte[] sealed = gateway.seal(payload);
            byte[] sent = udp ? inUdp(Arrays.copyOfRange(sealed, 20, sealed.length)) : sealed;
            assertThat(gateway.fromWan(sent)).isEqualTo(IpPackets.withTtl(inner, 63));
        }

        private static byte[] inUdp(byte[] esp) {
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
