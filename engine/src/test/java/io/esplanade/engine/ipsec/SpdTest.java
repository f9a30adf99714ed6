package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class SpdTest {

    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP = 1;

    private final TunnelNames tunnels = new TunnelNames();

    private static TrafficSelector selector(String source, String destination) {
        return TrafficSelector.between(AddressRange.parse(source), AddressRange.parse(destination));
    }

    private static TrafficSelector selector(
            String source, String destination, int protocol, PortRange from, PortRange to) {
        return new TrafficSelector(
                AddressRange.parse(source), AddressRange.parse(destination), protocol, from, to);
    }

    private Spd spd(SecurityPolicy... policies) {
        return Spd.of(List.of(policies), tunnels::index);
    }

    private static String decide(
            Spd spd,
            Direction direction,
            String source,
            String destination,
            int protocol,
            int sourcePort,
            int destinationPort,
            boolean portsKnown) {
        InetAddress s = InetAddress.ofLiteral(source);
        InetAddress d = InetAddress.ofLiteral(destination);
        int decision =
                spd.lookup(
                        direction,
                        IpAddresses.high(s),
                        IpAddresses.low(s),
                        IpAddresses.high(d),
                        IpAddresses.low(d),
                        protocol,
                        sourcePort,
                        destinationPort,
                        portsKnown);
        return switch (decision) {
            case Spd.NONE -> "none";
            case Spd.NEEDS_PORTS -> "needs ports";
            default -> spd.policy(decision).name();
        };
    }

    private static String out(Spd spd, String source, String destination) {
        return decide(spd, Direction.OUTBOUND, source, destination, TCP, 1000, 80, true);
    }

    @Test
    void noPolicyMatchesInAnEmptyDatabase() {
        assertThat(out(Spd.EMPTY, "10.1.0.1", "10.2.0.1")).isEqualTo("none");
        assertThat(Spd.EMPTY.size()).isZero();
    }

    @Test
    void bothEndsOfARangeBelongToIt() {
        Spd spd =
                spd(
                        SecurityPolicy.bypass(
                                "p",
                                Direction.OUTBOUND,
                                0,
                                selector("10.1.0.5-10.1.0.9", "10.2.0.0/31")));
        assertThat(out(spd, "10.1.0.5", "10.2.0.0")).isEqualTo("p");
        assertThat(out(spd, "10.1.0.9", "10.2.0.1")).isEqualTo("p");
        assertThat(out(spd, "10.1.0.4", "10.2.0.0")).isEqualTo("none");
        assertThat(out(spd, "10.1.0.10", "10.2.0.0")).isEqualTo("none");
        assertThat(out(spd, "10.1.0.5", "10.2.0.2")).isEqualTo("none");
        assertThat(out(spd, "10.1.0.5", "10.1.255.255")).isEqualTo("none");
    }

    @Test
    void addressesAreComparedUnsigned() {
        Spd spd =
                spd(
                        SecurityPolicy.bypass(
                                "six",
                                Direction.OUTBOUND,
                                0,
                                selector(
                                        "7fff:ffff:ffff:ffff::-8000:0:0:1::",
                                        "2001:db8::7fff:ffff:ffff:ffff-2001:db8:0:0:8000::1")));
        assertThat(out(spd, "8000::5", "2001:db8:0:0:8000::")).isEqualTo("six");
        assertThat(out(spd, "8000:0:0:1::1", "2001:db8:0:0:8000::")).isEqualTo("none");
        assertThat(out(spd, "8000::5", "2001:db8:0:0:8000::2")).isEqualTo("none");
        assertThat(out(spd, "8000::5", "2001:db8::1")).isEqualTo("none");
    }

    @Test
    void anyAddressOfOneFamilyIsNoneOfTheOther() {
        Spd spd =
                spd(
                        SecurityPolicy.bypass(
                                "four", Direction.OUTBOUND, 0, selector("0.0.0.0/0", "0.0.0.0/0")));
        assertThat(out(spd, "10.0.0.1", "255.255.255.255")).isEqualTo("four");
        assertThat(out(spd, "2001:db8::1", "2001:db8::2")).isEqualTo("none");
    }

    @Test
    void lowerPriorityNumbersComeFirstThenTheOrderOfAdding() {
        TrafficSelector all = selector("0.0.0.0/0", "0.0.0.0/0");
        TrafficSelector some = selector("10.0.0.0/8", "0.0.0.0/0");
        Spd spd =
                spd(
                        SecurityPolicy.discard("late", Direction.OUTBOUND, 20, all),
                        SecurityPolicy.bypass("second", Direction.OUTBOUND, 10, all),
                        SecurityPolicy.discard("third", Direction.OUTBOUND, 10, all),
                        SecurityPolicy.bypass("first", Direction.OUTBOUND, -5, some));
        assertThat(out(spd, "10.0.0.1", "1.1.1.1")).isEqualTo("first");
        assertThat(out(spd, "11.0.0.1", "1.1.1.1")).isEqualTo("second");
    }

    @Test
    void directionsAreApart() {
        TrafficSelector all = selector("0.0.0.0/0", "0.0.0.0/0");
        Spd spd =
                spd(
                        SecurityPolicy.discard("in", Direction.INBOUND, 0, all),
                        SecurityPolicy.protect("out", Direction.OUTBOUND, 9, all, "t"),
                        SecurityPolicy.bypass("out too", Direction.OUTBOUND, 10, all));
        assertThat(decide(spd, Direction.INBOUND, "1.1.1.1", "2.2.2.2", TCP, 1, 2, true))
                .isEqualTo("in");
        assertThat(out(spd, "1.1.1.1", "2.2.2.2")).isEqualTo("out");
    }

    @Test
    void aDecisionAnswersActionAndTunnel() {
        int other = tunnels.index("another tunnel");
        TrafficSelector all = selector("0.0.0.0/0", "0.0.0.0/0");
        Spd spd =
                spd(
                        SecurityPolicy.protect("p", Direction.OUTBOUND, 0, all, "t"),
                        SecurityPolicy.bypass("b", Direction.INBOUND, 0, all));
        int out =
                spd.lookup(
                        Direction.OUTBOUND,
                        0,
                        0xffff_0000_0001L,
                        0,
                        0xffff_0000_0001L,
                        6,
                        0,
                        0,
                        true);
        int in =
                spd.lookup(
                        Direction.INBOUND,
                        0,
                        0xffff_0000_0001L,
                        0,
                        0xffff_0000_0001L,
                        6,
                        0,
                        0,
                        true);
        assertThat(spd.action(out)).isEqualTo(Action.PROTECT);
        assertThat(spd.tunnel(out)).isEqualTo(tunnels.index("t")).isNotEqualTo(other);
        assertThat(spd.action(in)).isEqualTo(Action.BYPASS);
        assertThat(spd.tunnel(in)).isEqualTo(Spd.NONE);
        assertThat(spd.size()).isEqualTo(2);
    }

    @Test
    void protocolAndPortsAreMatched() {
        Spd spd =
                spd(
                        SecurityPolicy.bypass(
                                "web",
                                Direction.OUTBOUND,
                                0,
                                selector(
                                        "0.0.0.0/0",
                                        "0.0.0.0/0",
                                        TCP,
                                        new PortRange(1024, 65535),
                                        PortRange.of(80))));
        assertThat(ports(spd, TCP, 1024, 80, true)).isEqualTo("web");
        assertThat(ports(spd, TCP, 65535, 80, true)).isEqualTo("web");
        assertThat(ports(spd, TCP, 1023, 80, true)).isEqualTo("none");
        assertThat(ports(spd, TCP, 1024, 79, true)).isEqualTo("none");
        assertThat(ports(spd, TCP, 1024, 81, true)).isEqualTo("none");
        assertThat(ports(spd, UDP, 1024, 80, true)).isEqualTo("none");
    }

    @Test
    void aPacketWhosePortsCannotBeSeenIsUndecidedWhereTheyMightMatchFirst() {
        Spd spd =
                spd(
                        SecurityPolicy.bypass(
                                "port 0 to 80",
                                Direction.OUTBOUND,
                                0,
                                selector(
                                        "0.0.0.0/0",
                                        "0.0.0.0/0",
                                        TCP,
                                        PortRange.ANY,
                                        new PortRange(0, 80))),
                        SecurityPolicy.discard(
                                "all tcp",
                                Direction.OUTBOUND,
                                1,
                                selector(
                                        "0.0.0.0/0",
                                        "0.0.0.0/0",
                                        TCP,
                                        PortRange.ANY,
                                        PortRange.ANY)));
        assertThat(ports(spd, TCP, 0, 0, true)).isEqualTo("port 0 to 80");
        assertThat(ports(spd, TCP, 0, 0, false)).isEqualTo("needs ports");
        assertThat(ports(spd, UDP, 0, 0, false)).isEqualTo("none");
        assertThat(ports(spd, ICMP, 0, 0, false)).isEqualTo("none");
        SecurityPolicy all =
                SecurityPolicy.bypass(
                        "first", Direction.OUTBOUND, -1, selector("0.0.0.0/0", "0.0.0.0/0"));
        assertThat(ports(spd(spd.policy(0), spd.policy(1), all), TCP, 0, 0, false))
                .isEqualTo("first");
    }

    private static String ports(Spd spd, int protocol, int from, int to, boolean known) {
        return decide(spd, Direction.OUTBOUND, "10.0.0.1", "10.0.0.2", protocol, from, to, known);
    }

    /** Compared with the records' own idea of containing, policy by policy. */
    @Test
    void itAgreesWithASearchThroughTheRecords() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            List<SecurityPolicy> policies = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                policies.add(
                        SecurityPolicy.bypass(
                                "p" + i, Direction.OUTBOUND, random.nextInt(5), random(random)));
            }
            Spd spd = Spd.of(policies, tunnels::index);
            for (int i = 0; i < 200; i++) {
                boolean six = random.nextBoolean();
                InetAddress s = address(random, six);
                InetAddress d = address(random, six);
                int protocol = random.nextBoolean() ? TCP : UDP;
                int from = random.nextInt(8);
                int to = random.nextInt(8);
                boolean known = random.nextInt(4) != 0;
                String expected = naive(policies, s, d, protocol, from, to, known);
                assertThat(
                                decide(
                                        spd,
                                        Direction.OUTBOUND,
                                        s.getHostAddress(),
                                        d.getHostAddress(),
                                        protocol,
                                        from,
                                        to,
                                        known))
                        .isEqualTo(expected);
            }
        }
    }

    private static String naive(
            List<SecurityPolicy> policies,
            InetAddress s,
            InetAddress d,
            int protocol,
            int from,
            int to,
            boolean known) {
        SecurityPolicy best = null;
        for (SecurityPolicy p : policies) {
            TrafficSelector t = p.selector();
            boolean family = t.source().isIpv4() == (s.getAddress().length == 4);
            boolean ports =
                    t.sourcePorts().isAny() && t.destinationPorts().isAny()
                            || !known // then it is this one that is undecided
                            || t.sourcePorts().first() <= from
                                    && from <= t.sourcePorts().last()
                                    && t.destinationPorts().first() <= to
                                    && to <= t.destinationPorts().last();
            if (family
                    && t.source().contains(s)
                    && t.destination().contains(d)
                    && (t.protocol() < 0 || t.protocol() == protocol)
                    && ports
                    && (best == null || p.priority() < best.priority())) {
                best = p;
            }
        }
        if (best == null) {
            return "none";
        }
        TrafficSelector t = best.selector();
        boolean any = t.sourcePorts().isAny() && t.destinationPorts().isAny();
        return any || known ? best.name() : "needs ports";
    }

    private static TrafficSelector random(Random random) {
        boolean six = random.nextBoolean();
        boolean ports = random.nextBoolean();
        return new TrafficSelector(
                range(random, six),
                range(random, six),
                ports || random.nextBoolean() ? TCP : TrafficSelector.ANY_PROTOCOL,
                ports ? new PortRange(random.nextInt(4), 4 + random.nextInt(4)) : PortRange.ANY,
                ports && random.nextBoolean() ? PortRange.of(random.nextInt(8)) : PortRange.ANY);
    }

    private static AddressRange range(Random random, boolean six) {
        InetAddress a = address(random, six);
        InetAddress b = address(random, six);
        boolean up =
                IpAddresses.compare(
                                IpAddresses.high(a),
                                IpAddresses.low(a),
                                IpAddresses.high(b),
                                IpAddresses.low(b))
                        <= 0;
        return up ? new AddressRange(a, b) : new AddressRange(b, a);
    }

    private static InetAddress address(Random random, boolean six) {
        return six
                ? IpAddresses.of(
                        0x2001_0db8_0000_0000L | random.nextInt(2) << 31,
                        (long) random.nextInt(4) << 62 | random.nextInt(3))
                : IpAddresses.of(0, IpAddresses.IPV4_MAPPED | (random.nextInt(16) << 4 & 0xffL));
    }
}
