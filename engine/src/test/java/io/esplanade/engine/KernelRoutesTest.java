package io.esplanade.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.fib.KernelRouting;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.DelegatingPort;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.testing.NetworkNamespace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * An engine that follows the kernel: what {@code ip} changes in a network namespace decides where
 * packets go, without a word to the engine.
 *
 * <p>Port {@code wan} is on device {@code wan0}, port {@code tun} is the far end of {@code tun0};
 * device {@code other0} is no port's.
 */
@Timeout(60)
class KernelRoutesTest {

    private static final String R1 = "02:00:00:00:00:01";
    private static final String R2 = "02:00:00:00:00:02";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final NetworkNamespace net = NetworkNamespace.create();
    private final MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
    private final MemoryHost wan =
            MemoryHost.on(
                    new Plug("wan", Side.PROTECTED, 0x02_00_00_00_00_0aL),
                    Cable.DEFAULT.withLinkType(LinkType.ETHERNET));
    private final MemoryHost tun = MemoryHost.on(Plug.of("tun", Side.PROTECTED), Cable.DEFAULT);
    private final List<String> links = new CopyOnWriteArrayList<>();
    private Consumer<String> whenTold = link -> {};
    private Engine engine;

    @BeforeEach
    void connect() {
        net.batch(
                """
                link add wan0 type veth peer name far0
                link add other0 type veth peer name far1
                link add tun0 type veth peer name far2
                address add 192.0.2.1/24 dev wan0
                address add 2001:db8::1/64 dev wan0 nodad
                link set wan0 up
                link set far0 up
                link set other0 up
                link set tun0 up
                link set far1 up
                link set far2 up
                neighbour add 192.0.2.11 lladdr 02:00:00:00:00:01 dev wan0
                neighbour add 192.0.2.12 lladdr 02:00:00:00:00:02 dev wan0
                neighbour add 2001:db8::11 lladdr 02:00:00:00:00:01 dev wan0
                """);
    }

    @AfterEach
    void close() {
        if (engine != null) {
            engine.close();
            assertThat(engine.snapshot().mbufsInUse()).isZero();
        }
        lan.close();
        wan.close();
        tun.close();
        net.close();
    }

    private void start(KernelRouting routing) {
        start(routing, b -> b);
    }

    private void start(KernelRouting routing, Function<EngineBuilder, EngineBuilder> more) {
        EngineListener listener =
                new EngineListener() {
                    @Override
                    public void linkChanged(String port, boolean up, int mtu) {
                        String link = port + (up ? " up " : " down ") + mtu;
                        links.add(link);
                        whenTold.accept(link);
                    }
                };
        EngineBuilder builder =
                Engine.builder()
                        .port(lan.port())
                        .port(new OnDevice(wan.port(), "wan0"))
                        .port(new OnDevice(tun.port(), "tun0"))
                        .followKernel(routing)
                        .listener(listener);
        engine = more.apply(builder).build();
        net.run(engine::start);
    }

    @Test
    void whatTheKernelKnowsAtTheStartIsUsedFromTheFirstPacketOn() {
        net.ip("route add 10.2.0.0/16 via 192.0.2.11");
        net.ip("route add 2001:db8:2::/48 via 2001:db8::11");

        start(KernelRouting.DEFAULT);

        assertThat(way("10.2.0.1")).isEqualTo("wan " + R1);
        assertThat(way("2001:db8:2::1")).isEqualTo("wan " + R1);
        assertThat(way("192.0.2.12")).as("on the link").isEqualTo("wan " + R2);
        assertThat(way("10.9.0.1")).isEqualTo("NO_ROUTE");
        assertThat(links).contains("wan up 1500");
    }

    @Test
    void aRoutingDaemonsChangesTakeEffectWithinASecond() {
        start(KernelRouting.DEFAULT);

        within(
                Duration.ofSeconds(1),
                "10.2.0.1",
                "wan " + R1,
                "route add 10.2.0.0/16 via 192.0.2.11 proto bird");
        within(
                Duration.ofSeconds(1),
                "10.2.0.1",
                "wan " + R2,
                "route replace 10.2.0.0/16 via 192.0.2.12 proto bird");
        within(Duration.ofSeconds(1), "10.2.0.1", "NO_ROUTE", "route del 10.2.0.0/16");
    }

    @Test
    void ofRoutesToOneDestinationTheLowestMetricIsUsedAndTheNextWhenThatGoes() {
        start(KernelRouting.DEFAULT);

        after("route add 10.2.0.0/16 via 192.0.2.11 metric 20", "10.2.0.1", "wan " + R1);
        after("route add 10.2.0.0/16 via 192.0.2.12 metric 10", "10.2.0.1", "wan " + R2);
        after("route del 10.2.0.0/16 metric 10", "10.2.0.1", "wan " + R1);
    }

    @Test
    void ofSeveralNextHopsTheFirstOverAPortIsUsed() {
        net.ip("address add 198.51.100.1/24 dev other0");
        start(KernelRouting.DEFAULT);

        after(
                "route add 10.2.0.0/16 nexthop via 198.51.100.2 nexthop via 192.0.2.12"
                        + " nexthop via 192.0.2.11",
                "10.2.0.1",
                "wan " + R2);
        after(
                "-6 route add 2001:db8:2::/48 nexthop via 2001:db8::11 nexthop via 2001:db8::12",
                "2001:db8:2::1",
                "wan " + R1);
        after("-6 route del 2001:db8:2::/48 via 2001:db8::12", "2001:db8:2::1", "wan " + R1);
        after("-6 route del 2001:db8:2::/48 via 2001:db8::11", "2001:db8:2::1", "NO_ROUTE");
    }

    @Test
    void aNextHopObjectThatIsReplacedTakesItsRoutesAlong() {
        net.ip("nexthop add id 7 via 192.0.2.11 dev wan0");
        start(KernelRouting.DEFAULT);

        after("route add 10.2.0.0/16 nhid 7", "10.2.0.1", "wan " + R1);
        after("nexthop replace id 7 via 192.0.2.12 dev wan0", "10.2.0.1", "wan " + R2);
    }

    @Test
    void anUnreachableRouteStopsWhatAShorterPrefixWouldSend() {
        net.ip("route add default via 192.0.2.11");
        start(KernelRouting.DEFAULT);

        after("route add unreachable 10.2.0.0/16", "10.2.0.1", "NO_ROUTE");
        assertThat(way("10.3.0.1")).isEqualTo("wan " + R1);
        after("route del unreachable 10.2.0.0/16", "10.2.0.1", "wan " + R1);
    }

    @Test
    void whatWasSaidToTheEngineComesFirst() throws Exception {
        start(KernelRouting.DEFAULT, b -> b.route(Route.of("10.2.0.0/16", "tun")));

        net.ip("route add 10.2.0.0/16 via 192.0.2.11");
        after("route add 10.2.9.0/24 via 192.0.2.12", "10.2.9.1", "wan " + R2); // a longer prefix
        assertThat(way("10.2.0.1")).isEqualTo("tun");

        changed(c -> c.removeRoute(Prefix.parse("10.2.0.0/16")));
        assertThat(way("10.2.0.1")).as("the kernel's behind it").isEqualTo("wan " + R1);
        assertThatThrownBy(() -> changed(c -> c.removeRoute(Prefix.parse("10.2.0.0/16"))))
                .hasMessageContaining("there is no route to 10.2.0.0/16");

        changed(c -> c.add(Route.of("10.2.0.0/16", "tun")));
        net.ip("route del 10.2.0.0/16");
        after("route add 10.5.0.0/16 via 192.0.2.11", "10.5.0.1", "wan " + R1); // it was seen
        assertThat(way("10.2.0.1")).isEqualTo("tun");
    }

    @Test
    void routesOverDevicesWithoutAPortAreLeftOut() {
        net.ip("route add default via 192.0.2.11");
        net.ip("route add 10.2.0.0/16 dev other0");
        net.ip("route add 10.3.0.0/16 dev tun0");

        start(KernelRouting.DEFAULT);

        assertThat(way("10.2.0.1")).isEqualTo("wan " + R1);
        assertThat(way("10.3.0.1")).as("it comes from there").isEqualTo("wan " + R1);
    }

    @Test
    void orGoToAPortWhoseFarEndIsTheKernel() {
        net.ip("route add 10.3.0.0/16 dev tun0");
        start(KernelRouting.DEFAULT.elsewhereTo("tun"));

        after("route add 10.2.0.0/16 dev other0", "10.2.0.1", "tun");
        assertThat(way("10.3.0.1")).as("it comes from there").isEqualTo("NO_ROUTE");
        after("link set other0 down", "10.2.0.1", "NO_ROUTE");
    }

    @Test
    void anotherTableCanBeFollowed() {
        net.ip("route add 10.2.0.0/16 via 192.0.2.11 table 100");
        net.ip("route add 10.2.0.0/16 via 192.0.2.12");
        start(KernelRouting.DEFAULT.ofTable(100));
        assertThat(way("10.2.0.1")).isEqualTo("wan " + R1);
        assertThat(way("192.0.2.12")).as("table main's").isEqualTo("NO_ROUTE");
    }

    @Test
    void aVrfThatIsMadeLaterIsFollowedFromThenOn() {
        net.assumeDevices("vrf");
        start(KernelRouting.DEFAULT.ofVrf("red"));
        net.ip("link add red type vrf table 77");
        net.ip("link set red up");
        net.ip("link set wan0 master red"); // its addresses' routes move along
        after("route add 10.2.0.0/16 vrf red via 192.0.2.11 onlink dev wan0", "10.2.0.1", "asks");
        after("neighbour replace 192.0.2.11 lladdr " + R1 + " dev wan0", "10.2.0.1", "wan " + R1);
    }

    @Test
    void aLinkThatGoesDownTakesItsRoutesAlongAndBringsThemBack() {
        net.ip("route add 10.2.0.0/16 dev wan0");
        net.ip("neighbour add 10.2.0.1 lladdr " + R1 + " dev wan0");
        start(KernelRouting.DEFAULT);
        assertThat(way("10.2.0.1")).isEqualTo("wan " + R1);

        after("link set wan0 down", "10.2.0.1", "NO_ROUTE");
        until(() -> links.contains("wan down 1500"), "the listener is told");
        net.ip("link set wan0 up");
        after("neighbour replace 192.0.2.11 lladdr " + R1 + " dev wan0", "192.0.2.11", "wan " + R1);
    }

    @Test
    void aDeviceThatIsMadeAnewIsThePortsAgain() {
        start(KernelRouting.DEFAULT);
        net.ip("link del wan0");
        until(() -> links.contains("wan down 0"), "the listener is told");

        net.batch(
                """
                link add wan0 type veth peer name far0
                address add 192.0.2.1/24 dev wan0
                link set wan0 up
                link set far0 up
                neighbour add 192.0.2.11 lladdr 02:00:00:00:00:01 dev wan0
                """);
        after("route add 10.2.0.0/16 via 192.0.2.11", "10.2.0.1", "wan " + R1);
    }

    @Test
    void neighboursComeChangeAndGo() {
        start(
                KernelRouting.DEFAULT,
                b -> b.neighbour("wan", InetAddress.ofLiteral("192.0.2.13"), 0x02_00_00_00_00_03L));

        assertThat(way("192.0.2.14")).isEqualTo("asks");
        after("neighbour add 192.0.2.14 lladdr " + R1 + " dev wan0", "192.0.2.14", "wan " + R1);
        after("neighbour change 192.0.2.14 lladdr " + R2 + " dev wan0", "192.0.2.14", "wan " + R2);
        after("neighbour del 192.0.2.14 dev wan0", "192.0.2.14", "asks");

        net.ip("neighbour add 192.0.2.13 lladdr " + R1 + " dev wan0");
        after("neighbour add 192.0.2.15 lladdr " + R1 + " dev wan0", "192.0.2.15", "wan " + R1);
        assertThat(way("192.0.2.13")).as("said to the engine").isEqualTo("wan 02:00:00:00:00:03");
    }

    @Test
    void aDevicesAddressesAreTheGatewaysOwn() {
        start(KernelRouting.DEFAULT);

        assertThat(way("192.0.2.1")).isEqualTo("NOT_FOR_US");
        after("address add 192.0.2.77/24 dev wan0", "192.0.2.77", "NOT_FOR_US");
        after("address del 192.0.2.77/24 dev wan0", "192.0.2.77", "asks");
    }

    @Test
    void aDevicesMtuIsThePorts() {
        net.ip("route add 10.2.0.0/16 via 192.0.2.11");
        start(KernelRouting.DEFAULT);
        net.ip("link set wan0 mtu 1280");
        until(() -> links.contains("wan up 1280"), "the listener is told");

        send("10.2.0.1", 1400);
        byte[] first = firstFragment();
        assertThat(first.length - 14).isBetween(1200, 1280);
    }

    @Test
    void whatTheSocketCouldNotHoldIsAskedForAgain() {
        net.ip("route add 10.3.0.0/16 via 192.0.2.11");
        CountDownLatch stormIsOver = new CountDownLatch(1);
        whenTold = link -> await(stormIsOver, link.equals("wan up 1400"));
        start(KernelRouting.DEFAULT);
        assertThat(way("10.3.0.1")).isEqualTo("wan " + R1);

        net.ip("link set wan0 mtu 1400");
        until(() -> links.contains("wan up 1400"), "the listener is told, and holds it up");
        StringBuilder storm = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            storm.append("route add 10.100.%d.%d".formatted(i >> 8, i & 255));
            storm.append(" via 192.0.2.%d\n".formatted(11 + i % 2));
        }
        storm.append("route del 10.3.0.0/16\n");
        net.batch(storm.toString());
        stormIsOver.countDown();

        eventually(PATIENCE, "10.3.0.1", "NO_ROUTE");
        assertThat(way("10.100.0.0")).isEqualTo("wan " + R1);
        assertThat(way("10.100.0.1")).isEqualTo("wan " + R2);
        assertThat(way("10.100.39.15")).isEqualTo("wan " + R2);
    }

    private static void await(CountDownLatch latch, boolean wanted) {
        try {
            assertThat(!wanted || latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks something of the engine, and waits until it is so. */
    private void changed(Function<Changes, ?> change) throws Exception {
        Changes changes = engine.changes();
        change.apply(changes);
        changes.submit().get();
    }

    private void after(String ip, String destination, String way) {
        within(PATIENCE, destination, way, ip);
    }

    private void within(Duration time, String destination, String way, String ip) {
        net.ip(ip);
        eventually(time, destination, way);
    }

    private void eventually(Duration time, String destination, String way) {
        List<String> seen = new ArrayList<>();
        long deadline = System.nanoTime() + time.toNanos();
        do {
            seen.add(way(destination));
        } while (!seen.getLast().equals(way) && System.nanoTime() < deadline);
        assertThat(seen.getLast()).as("%s: %s", destination, Set.copyOf(seen)).isEqualTo(way);
    }

    private static void until(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /**
     * Sends a packet, and says where it went: to which port and neighbour, or why it was dropped;
     * {@code asks} if the neighbour's address is not known.
     */
    private String way(String destination) {
        Map<DropReason, Long> before = engine.snapshot().drops();
        byte[] packet = send(destination, 100);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            byte[] frame = wan.receive();
            if (frame != null && isSame(packet, Arrays.copyOfRange(frame, 14, frame.length))) {
                return "wan " + HexFormat.ofDelimiter(":").formatHex(frame, 0, 6);
            }
            if (frame != null && asksFor(destination, frame)) {
                return "asks";
            }
            byte[] raw = tun.receive();
            if (raw != null && isSame(packet, raw)) {
                return "tun";
            }
            for (Map.Entry<DropReason, Long> drop : engine.snapshot().drops().entrySet()) {
                if (drop.getValue() > before.getOrDefault(drop.getKey(), 0L)) {
                    return drop.getKey().name();
                }
            }
        }
        throw new AssertionError("nothing became of a packet to " + destination);
    }

    private byte[] send(String destination, int length) {
        String source = destination.contains(":") ? "2001:db8:1::9" : "10.1.0.9";
        byte[] packet = IpPackets.udp(source, destination, length);
        assertThat(lan.send(packet)).isTrue();
        return packet;
    }

    /** Whether it is an ARP request for the address (RFC 826). */
    private static boolean asksFor(String destination, byte[] frame) {
        return (frame[12] & 0xff) == 0x08
                && frame[13] == 0x06
                && Arrays.equals(
                        InetAddress.ofLiteral(destination).getAddress(),
                        Arrays.copyOfRange(frame, 38, 42));
    }

    /** Whether it is what was sent, apart from what routers change. */
    private static boolean isSame(byte[] sent, byte[] received) {
        int payload = sent[0] >> 4 == 4 ? 12 : 8; // from the source address on
        return sent.length == received.length
                && Arrays.equals(sent, payload, sent.length, received, payload, received.length);
    }

    private byte[] firstFragment() {
        byte[][] frame = new byte[1][];
        until(() -> (frame[0] = wan.receive()) != null, "a fragment");
        return frame[0];
    }

    /** A port that is on a device, as a port of Linux would be. */
    private static final class OnDevice extends DelegatingPort {
        private final String device;

        OnDevice(Port port, String device) {
            super(port);
            this.device = device;
        }

        @Override
        public String device() {
            return device;
        }
    }
}
