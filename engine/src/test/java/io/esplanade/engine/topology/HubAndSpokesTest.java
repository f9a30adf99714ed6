package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.topology.HubAndSpokes.Site;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@link HubAndSpokes}, driven by the test's thread, which also is the wires between them: it sees
 * every packet on an unprotected cable.
 */
@ParameterizedClass
@EnumSource
class HubAndSpokesTest {

    private final Mode mode;
    private final Cable cable;

    private final Map<Site, DrivenGateway> gateways = new EnumMap<>(Site.class);
    private final Map<Site, MemoryHost> lans = new EnumMap<>(Site.class);

    /** The far ends of the unprotected cables: the port named for a site leads to that site. */
    private final Map<Site, Map<Site, MemoryHost>> wires = new EnumMap<>(Site.class);

    private final List<byte[]> seen = new ArrayList<>(); // on the unprotected cables

    HubAndSpokesTest(Mode mode) {
        this.mode = mode;
        cable = Cable.DEFAULT.withQueues(mode.queues());
    }

    private void open(boolean esn) {
        for (Site site : Site.values()) {
            DrivenGateway.Builder builder = DrivenGateway.builder().runtime(mode.config());
            MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), cable);
            lans.put(site, lan);
            builder.port(lan.port());
            wires.put(site, new EnumMap<>(Site.class));
            for (Site other : site == Site.HUB ? List.of(Site.A, Site.B) : List.of(Site.HUB)) {
                Plug plug = Plug.of("" + other, Side.UNPROTECTED);
                MemoryHost wire = MemoryHost.on(plug, cable.withMtu(1600));
                wires.get(site).put(other, wire);
                builder.port(wire.port());
            }
            HubAndSpokes.sas(site, esn).forEach(builder::sa);
            HubAndSpokes.policies(site).forEach(builder::policy);
            HubAndSpokes.routes(site).forEach(r -> builder.route(r[0], r[1]));
            gateways.put(site, builder.build());
        }
    }

    /** Every packet sent from gateway to gateway was ESP between gateways, and nothing leaked. */
    @AfterEach
    void close() {
        seen.forEach(HubAndSpokesTest::assertNothingInClear);
        for (Site site : gateways.keySet()) {
            lans.get(site).close();
            wires.get(site).values().forEach(MemoryHost::close);
            gateways.get(site).close();
        }
    }

    private static void assertNothingInClear(byte[] packet) {
        boolean ipv6 = packet[0] >>> 4 == 6;
        assertThat(packet[ipv6 ? 6 : 9]).as("protocol").isEqualTo((byte) IpPackets.ESP);
        assertThat(HubAndSpokes.outerAddresses())
                .contains(address(packet, ipv6 ? 8 : 12), address(packet, ipv6 ? 24 : 16));
        for (Site site : Site.values()) {
            for (boolean six : new boolean[] {false, true}) {
                byte[] inner = InetAddress.ofLiteral(site.host(six)).getAddress();
                for (int at = 0; at + inner.length <= packet.length; at++) {
                    assertThat(Arrays.equals(packet, at, at + inner.length, inner, 0, inner.length))
                            .as("%s at %d", site.host(six), at)
                            .isFalse();
                }
            }
        }
    }

    private static String address(byte[] packet, int at) {
        int length = packet[0] >>> 4 == 6 ? 16 : 4;
        try {
            InetAddress address =
                    InetAddress.getByAddress(Arrays.copyOfRange(packet, at, at + length));
            return address.getHostAddress().replace(":0:0:0:0:0:", "::");
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** Lets gateways and wires work until nothing moves any more. */
    private void settle() {
        boolean moved = true;
        while (moved) {
            gateways.values().forEach(DrivenGateway::settle);
            moved = false;
            for (Site site : Site.values()) {
                for (Map.Entry<Site, MemoryHost> wire : wires.get(site).entrySet()) {
                    moved |= carry(wire.getValue(), wires.get(wire.getKey()).get(site));
                }
            }
        }
    }

    private boolean carry(MemoryHost from, MemoryHost to) {
        boolean carried = false;
        for (byte[] p = from.receive(); p != null; p = from.receive()) {
            seen.add(p);
            assertThat(to.send(p)).isTrue();
            carried = true;
        }
        return carried;
    }

    private List<byte[]> receivedAt(Site site) {
        return Stream.generate(lans.get(site)::receive).takeWhile(p -> p != null).toList();
    }

    private void send(Site from, byte[] packet) {
        assertThat(lans.get(from).send(packet)).isTrue();
    }

    private static byte[] packet(Site from, Site to, boolean ipv6, int length) {
        return IpPackets.udp(from.host(ipv6), to.host(ipv6), length);
    }

    private void assertNoDrops() {
        gateways.forEach(
                (site, gateway) ->
                        assertThat(gateway.drops())
                                .as("%s", site)
                                .isEqualTo(Map.<DropReason, Long>of()));
    }

    @ParameterizedTest
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void spokesReachEachOtherThroughTheHub(boolean esn, boolean ipv6) {
        open(esn);
        List<byte[]> toB = new ArrayList<>();
        List<byte[]> toA = new ArrayList<>();
        for (int length = 60; length <= 1400; length += 67) {
            byte[] there = packet(Site.A, Site.B, ipv6, length);
            byte[] back = packet(Site.B, Site.A, ipv6, length);
            send(Site.A, there);
            send(Site.B, back);
            // One gateway after the other takes one off: A, the hub, B.
            toB.add(IpPackets.withTtl(there, 61));
            toA.add(IpPackets.withTtl(back, 61));
            settle();
        }
        assertThat(receivedAt(Site.B)).containsExactlyElementsOf(toB);
        assertThat(receivedAt(Site.A)).containsExactlyElementsOf(toA);
        assertThat(receivedAt(Site.HUB)).isEmpty();
        assertThat(gateways.get(Site.HUB).counters().value(Counter.LOOPED_PACKETS))
                .isEqualTo(toA.size() + toB.size());
        assertThat(seen).hasSize(2 * (toA.size() + toB.size()));
        assertNoDrops();
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void theHubsOwnNetworkIsOneGatewayNearer(boolean ipv6) {
        open(true);
        byte[] up = packet(Site.A, Site.HUB, ipv6, 100);
        byte[] down = packet(Site.HUB, Site.B, ipv6, 100);
        send(Site.A, up);
        send(Site.HUB, down);
        settle();
        assertThat(receivedAt(Site.HUB)).containsExactly(IpPackets.withTtl(up, 62));
        assertThat(receivedAt(Site.B)).containsExactly(IpPackets.withTtl(down, 62));
        assertNoDrops();
    }

    @ParameterizedTest
    @CsvSource({
        "false, 1, A",
        "true, 1, A",
        "false, 2, HUB",
        "true, 2, HUB",
        "false, 3, B",
        "true, 3, B"
    })
    void aPacketWithoutEnoughTtlEndsAtTheGatewayThatWouldForwardIt(
            boolean ipv6, int ttl, Site endsAt) {
        open(true);
        send(Site.A, IpPackets.withTtl(packet(Site.A, Site.B, ipv6, 90), ttl));
        settle();
        assertThat(receivedAt(Site.B)).isEmpty();
        gateways.forEach(
                (site, gateway) ->
                        assertThat(gateway.drops(DropReason.TTL_EXPIRED))
                                .as("%s", site)
                                .isEqualTo(site == endsAt ? 1 : 0));
    }

    @Test
    void everybodySendingAtOnceLosesNothing() {
        open(true);
        int packets = 500;
        for (int i = 0; i < packets; i++) {
            send(Site.A, packet(Site.A, Site.B, i % 2 == 0, 100 + i));
            send(Site.B, packet(Site.B, Site.A, i % 2 == 0, 100 + i));
            send(Site.HUB, packet(Site.HUB, i % 4 < 2 ? Site.A : Site.B, false, 100 + i));
        }
        settle();
        assertThat(receivedAt(Site.A)).hasSize(packets * 3 / 2);
        assertThat(receivedAt(Site.B)).hasSize(packets * 3 / 2);
        assertNoDrops();
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void cleartextFromTheOutsideForAProtectedRangeIsDropped(boolean ipv6) {
        open(true);
        for (Site site : Site.values()) {
            wires.get(site)
                    .forEach(
                            (other, wire) -> {
                                DrivenGateway gateway = gateways.get(site);
                                assertThat(wire.send(packet(other, site, ipv6, 80))).isTrue();
                                gateway.settle();
                                assertThat(receivedAt(site)).isEmpty();
                            });
            assertThat(gateways.get(site).drops())
                    .isEqualTo(
                            Map.of(
                                    DropReason.CLEARTEXT_FOR_PROTECT,
                                    (long) wires.get(site).size()));
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void cleartextDoesNotPassTheHubFromOneOutsideToTheOther(boolean ipv6) {
        open(true);
        assertThat(wires.get(Site.HUB).get(Site.A).send(packet(Site.A, Site.B, ipv6, 80))).isTrue();
        settle();
        assertThat(seen).isEmpty();
        assertThat(gateways.get(Site.HUB).drops())
                .isEqualTo(Map.of(DropReason.CLEARTEXT_FOR_PROTECT, 1L));
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aSpokeMayNotSpeakForTheOther(boolean ipv6) {
        open(true);
        byte[] forged = packet(Site.A, Site.HUB, ipv6, 80);
        byte[] esp = HubAndSpokes.tunnel(Site.B, Site.HUB, true).seal(1, forged);
        assertThat(wires.get(Site.HUB).get(Site.B).send(esp)).isTrue();
        settle();
        assertThat(receivedAt(Site.HUB)).isEmpty();
        assertThat(gateways.get(Site.HUB).drops())
                .isEqualTo(Map.of(DropReason.POLICY_MISMATCH, 1L));
    }
}
