package io.esplanade.engine.port.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.port.Side;
import io.esplanade.testing.NetworkNamespace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;

/** Real hosts, each behind a veth pair, and a router between them that is an engine. */
@ParameterizedClass
@ValueSource(strings = {"af-packet", "af-xdp"})
@Timeout(120)
class ForwardingTest {

    private static final String LEFT = Network.name("l");
    private static final String RIGHT = Network.name("r");

    private final String type;
    private Network network;
    private NetworkNamespace left;
    private NetworkNamespace right;
    private Engine router;

    ForwardingTest(String type) {
        this.type = type;
    }

    @BeforeEach
    void open() {
        network = Network.open();
        left = network.host(LEFT, "10.1.0.2/24", "10.1.0.1");
        right = network.host(RIGHT, "10.2.0.2/24", "10.2.0.1");
        Network.ipv6(left, "fd01::2/64", "fd01::1");
        Network.ipv6(right, "fd02::2/64", "fd02::1");
        router =
                router().port(Devices.port(type, "left", Side.PROTECTED, LEFT))
                        .port(Devices.port(type, "right", Side.PROTECTED, RIGHT))
                        .build();
        router.start();
    }

    private static EngineBuilder router() {
        return Engine.builder()
                .name("router")
                .invariants(true)
                .address("left", InetAddress.ofLiteral("10.1.0.1"))
                .address("left", InetAddress.ofLiteral("fd01::1"))
                .address("right", InetAddress.ofLiteral("10.2.0.1"))
                .address("right", InetAddress.ofLiteral("fd02::1"))
                .route(Route.of("10.1.0.0/24", "left"))
                .route(Route.of("fd01::/64", "left"))
                .route(Route.of("10.2.0.0/24", "right"))
                .route(Route.of("fd02::/64", "right"));
    }

    /** Every mbuf is free at the end. */
    @AfterEach
    void close() {
        if (router != null) {
            Devices.closeWhole(router);
        }
        if (network != null) {
            network.close();
        }
    }

    @Test
    void hostsReachEachOtherByPing() {
        assertThat(left.sh("busybox ping -c 3 -i 0.1 -W 2 10.2.0.2")).contains(" 0% packet loss");
        assertThat(left.sh("busybox ping -6 -c 3 -i 0.1 -W 2 fd02::2")).contains(" 0% packet loss");
        assertThat(left.sh("ip neigh show 10.1.0.1")).contains("lladdr");
        assertThat(left.sh("ip neigh show fd01::1")).contains("lladdr").contains("router");
    }

    /** Whose checksums the sender leaves to a card that there is not. */
    @Test
    void tcpAndUdpArriveWithWholeChecksums() {
        for (String to : new String[] {"10.2.0.2", "fd02::2"}) {
            assertThat(Transfer.tcp(left, right, to, 2_000_000)).isEqualTo(2_000_000);
            assertThat(Transfer.udp(left, right, to, 20)).isEqualTo(20);
        }
    }

    /** As hosts' kernels have it by default; with XDP there are none. */
    @Test
    void superPacketsAreSplit() {
        left.sh("ethtool -K eth0 tso on gso on");
        for (String to : new String[] {"10.2.0.2", "fd02::2"}) {
            assertThat(Transfer.tcp(left, right, to, 5_000_000)).isEqualTo(5_000_000);
        }
        assertThat(router.snapshot().counter(Counter.RX_LOST)).isZero();
    }

    /** The right host receives far fewer packets than the left one has cut its data into. */
    @Test
    void segmentsReachHostsInSuperPackets() {
        assumeTrue(type.equals("af-packet"), "no frames of AF_XDP are longer than the MTU");
        left.sh("ethtool -K eth0 tso off");
        for (String to : new String[] {"10.2.0.2", "fd02::2"}) {
            int before = framesReceived();
            assertThat(Transfer.tcp(left, right, to, 5_000_000)).isEqualTo(5_000_000);
            assertThat(framesReceived() - before).isLessThan(5_000_000 / 1448 / 2);
        }
        assertThat(router.snapshot().counter(Counter.TX_LOST)).isZero();
    }

    private int framesReceived() {
        return Integer.parseInt(right.sh("awk '/eth0:/ { print $3 }' /proc/net/dev").strip());
    }

    @Test
    void whoIsNotThereIsReportedByTheRouter() {
        String answer = left.sh("busybox ping -c 1 -W 5 10.2.0.77; true");
        assertThat(answer).contains("100% packet loss");
        String seen = left.sh("cat /proc/net/snmp");
        assertThat(
                        seen.lines()
                                .filter(l -> l.startsWith("Icmp:"))
                                .skip(1)
                                .findFirst()
                                .orElseThrow()
                                .split(" ")[4])
                .as("destinations unreachable")
                .isEqualTo("1");
    }
}
