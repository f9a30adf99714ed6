package io.esplanade.engine.port.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.EngineListener;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.testing.TwoGateways;
import io.esplanade.testing.NetworkNamespace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Two gateways with ESP between them over a veth pair, and a real host behind each. */
@ParameterizedClass
@ValueSource(strings = {"af-packet", "af-xdp"})
@Timeout(120)
class TunnelTest {

    private static final String LEFT = Network.name("l");
    private static final String RIGHT = Network.name("r");
    private static final String WAN_A = Network.name("wa");
    private static final String WAN_B = Network.name("wb");

    private static final String A = "192.0.2.1";
    private static final String B = "192.0.2.2";

    private final String type;
    private final Network network = Network.open();
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private NetworkNamespace left;
    private NetworkNamespace right;
    private Engine a;
    private Engine b;

    TunnelTest(String type) {
        this.type = type;
    }

    private void open(RuntimeConfig runtime, UdpEncapsulation udp, String... options) {
        left = network.host(LEFT, "10.1.0.2/24", "10.1.0.1");
        right = network.host(RIGHT, "10.2.0.2/24", "10.2.0.1");
        network.link(WAN_A, WAN_B);
        byte[] there = TwoGateways.newKey();
        byte[] back = TwoGateways.newKey();
        a =
                gateway("a", LEFT, WAN_A, A, "10.1.0", "10.2.0", options)
                        .runtime(runtime)
                        .listener(
                                new EngineListener() {
                                    @Override
                                    public void portNotice(String port, String notice) {
                                        notices.add(port + ": " + notice);
                                    }
                                })
                        .sa(sa("out", A, B, 1, there, udp).outbound().build())
                        .sa(sa("in", B, A, 2, back, udp).inbound().build())
                        .build();
        b =
                gateway("b", RIGHT, WAN_B, B, "10.2.0", "10.1.0", options)
                        .runtime(runtime)
                        .sa(sa("out", B, A, 2, back, udp).outbound().build())
                        .sa(sa("in", A, B, 1, there, udp).inbound().build())
                        .build();
        a.start();
        b.start();
    }

    private EngineBuilder gateway(
            String name,
            String lan,
            String wan,
            String own,
            String inside,
            String beyond,
            String... options) {
        TrafficSelector selector =
                TrafficSelector.between(
                        AddressRange.parse(inside + ".0/24"), AddressRange.parse(beyond + ".0/24"));
        return Engine.builder()
                .name(name)
                .invariants(true)
                .port(Devices.port(type, "lan", Side.PROTECTED, lan, options))
                .port(Devices.port(type, "wan", Side.UNPROTECTED, wan, options))
                .address("lan", InetAddress.ofLiteral(inside + ".1"))
                .address("wan", InetAddress.ofLiteral(own))
                .route(Route.of(inside + ".0/24", "lan"))
                .route(Route.of(beyond + ".0/24", "wan"))
                .route(Route.of("192.0.2.0/24", "wan"))
                .policy(SecurityPolicy.protect("there", Direction.OUTBOUND, 100, selector, "peer"));
    }

    private static SecurityAssociation.Builder sa(
            String name, String from, String to, int spi, byte[] key, UdpEncapsulation udp) {
        SecurityAssociation.Builder sa =
                SecurityAssociation.builder(name)
                        .tunnel("peer")
                        .spi(0x1000 + spi)
                        .from(InetAddress.ofLiteral(from))
                        .to(InetAddress.ofLiteral(to))
                        .selectors(
                                List.of(
                                        TrafficSelector.between(
                                                AddressRange.parse("10.0.0.0/8"),
                                                AddressRange.parse("10.0.0.0/8"))))
                        .key(KeyMaterial.takeFrom(key.clone()));
        return udp == null ? sa : sa.encapsulation(udp);
    }

    @AfterEach
    void close() {
        try (network) {
            if (a != null) {
                Devices.closeWhole(a);
            }
            if (b != null) {
                Devices.closeWhole(b);
            }
        }
    }

    private String ping() {
        return left.sh("busybox ping -c 2 -i 0.1 -W 1 10.2.0.2; true");
    }

    /** Within the time of the test: each engine sees in its own time that a link is up again. */
    private void awaitPing() {
        while (!ping().contains(" 0% packet loss")) {
            Thread.onSpinWait();
        }
    }

    @Test
    void hostsTalkThroughTheTunnel() {
        open(RuntimeConfig.DEFAULT, null);
        awaitPing();
        assertThat(Transfer.tcp(left, right, "10.2.0.2", 2_000_000)).isEqualTo(2_000_000);
        assertThat(Transfer.udp(left, right, "10.2.0.2", 20)).isEqualTo(20);
        assertThat(a.snapshot().counters().get(Counter.ENCRYPTED_PACKETS)).isGreaterThan(1400);
        assertThat(b.snapshot().counters().get(Counter.DECRYPTED_PACKETS)).isGreaterThan(1400);
    }

    @Test
    void hostsTalkThroughTheTunnelInUdp() {
        open(RuntimeConfig.DEFAULT, UdpEncapsulation.DEFAULT);
        awaitPing();
        assertThat(Transfer.tcp(left, right, "10.2.0.2", 200_000)).isEqualTo(200_000);
    }

    /** Ports with two queues on devices that have two. */
    @Test
    void twoQueuesFeedTwoLanes() {
        network.queues(2);
        open(RuntimeConfig.perCore(2), null, "queues", "2");
        awaitPing();
        assertThat(Transfer.tcp(left, right, "10.2.0.2", 500_000)).isEqualTo(500_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"giant-lock", "fine-grained"})
    void inTheOtherRuntimesToo(String mode) {
        open(
                mode.equals("giant-lock")
                        ? RuntimeConfig.giantLock(2)
                        : RuntimeConfig.fineGrained(2),
                null);
        awaitPing();
        assertThat(Transfer.tcp(left, right, "10.2.0.2", 200_000)).isEqualTo(200_000);
    }

    @Test
    void aLinkThatWasDownIsUsedAgain() {
        open(RuntimeConfig.DEFAULT, null);
        awaitPing();
        Network.sh("ip link set " + WAN_A + " down");
        awaitNotice("wan: " + WAN_A + " is down");
        assertThat(ping()).contains("100% packet loss");
        assertThat(a.snapshot().counters().get(Counter.TX_LOST)).isPositive();
        Network.sh("ip link set " + WAN_A + " up");
        awaitNotice("wan: " + WAN_A + " is up again");
        awaitPing();
    }

    @Test
    void aDeviceThatWasRemovedIsUsedWhenItComesAgain() {
        open(RuntimeConfig.DEFAULT, null);
        awaitPing();
        Network.sh("ip link del " + WAN_A);
        awaitNotice("wan: " + WAN_A + " is gone");
        assertThat(ping()).contains("100% packet loss");
        network.link(WAN_A, WAN_B);
        awaitNotice("wan: " + WAN_A + " is there again");
        awaitPing();
        assertThat(Transfer.tcp(left, right, "10.2.0.2", 200_000)).isEqualTo(200_000);
    }

    @Test
    void anMtuThatChangedIsToldAndWhatIsLongerIsLost() {
        open(RuntimeConfig.DEFAULT, null);
        awaitPing();
        Network.sh("ip link set " + WAN_A + " mtu 1000");
        awaitNotice("wan: " + WAN_A + " has an MTU of 1000 now");
        awaitPing();
        long before = a.snapshot().counters().get(Counter.TX_LOST);
        assertThat(left.sh("busybox ping -c 1 -s 1200 -W 1 10.2.0.2; true"))
                .contains("100% packet loss");
        assertThat(a.snapshot().counters().get(Counter.TX_LOST)).isGreaterThan(before);
    }

    private void awaitNotice(String beginning) {
        while (notices.stream().noneMatch(notice -> notice.startsWith(beginning))) {
            Thread.onSpinWait(); // as long as the test may take
        }
    }
}
