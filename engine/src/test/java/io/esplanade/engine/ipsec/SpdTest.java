package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.List;

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
        PolicyTable table = new PolicyTable(tunnels::index);
        List.of(policies).forEach(table::add);
        return table.spd();
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
        SpdEntry found =
                find(spd, direction, s, d, protocol, sourcePort, destinationPort, portsKnown);
        if (found == null) {
            return "none";
        }
        return found == SpdEntry.UNDECIDED ? "needs ports" : found.policy().name();
    }

    private static SpdEntry find(
            Spd spd,
            Direction direction,
            InetAddress s,
            InetAddress d,
            int protocol,
            int sourcePort,
            int destinationPort,
            boolean portsKnown) {
        SelectorFields fields = new SelectorFields();
        fields.set(
                IpAddresses.high(s),
                IpAddresses.low(s),
                IpAddresses.high(d),
                IpAddresses.low(d),
                protocol,
                sourcePort,
                destinationPort,
                portsKnown);
        return new SpdSearch().find(spd, direction, fields);
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
        InetAddress any = InetAddress.ofLiteral("10.0.0.1");
        SpdEntry out = find(spd, Direction.OUTBOUND, any, any, TCP, 0, 0, true);
        SpdEntry in = find(spd, Direction.INBOUND, any, any, TCP, 0, 0, true);
        assertThat(out.action()).isEqualTo(Action.PROTECT);
        assertThat(out.tunnel()).isEqualTo(tunnels.index("t")).isNotEqualTo(other);
        assertThat(in.action()).isEqualTo(Action.BYPASS);
        assertThat(in.tunnel()).isEqualTo(Spd.NONE);
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
        SecurityPolicy ports =
                SecurityPolicy.bypass(
                        "port 0 to 80",
                        Direction.OUTBOUND,
                        0,
                        all(TCP, PortRange.ANY, new PortRange(0, 80)));
        SecurityPolicy tcp =
                SecurityPolicy.discard(
                        "all tcp", Direction.OUTBOUND, 1, all(TCP, PortRange.ANY, PortRange.ANY));
        Spd spd = spd(ports, tcp);
        assertThat(ports(spd, TCP, 0, 0, true)).isEqualTo("port 0 to 80");
        assertThat(ports(spd, TCP, 0, 0, false)).isEqualTo("needs ports");
        assertThat(ports(spd, UDP, 0, 0, false)).isEqualTo("none");
        assertThat(ports(spd, ICMP, 0, 0, false)).isEqualTo("none");
        SecurityPolicy all =
                SecurityPolicy.bypass(
                        "first", Direction.OUTBOUND, -1, selector("0.0.0.0/0", "0.0.0.0/0"));
        assertThat(ports(spd(ports, tcp, all), TCP, 0, 0, false)).isEqualTo("first");
    }

    /** RFC 4301 §7.2: policies of their own for what shows no ports. */
    @Test
    void opaquePortsAreThoseOfPacketsThatDoNotShowThem() {
        Spd spd =
                spd(
                        SecurityPolicy.bypass(
                                "fragments",
                                Direction.OUTBOUND,
                                0,
                                all(UDP, PortRange.OPAQUE, PortRange.OPAQUE)),
                        SecurityPolicy.bypass(
                                "dns",
                                Direction.OUTBOUND,
                                1,
                                all(UDP, PortRange.ANY, PortRange.of(53))),
                        SecurityPolicy.bypass(
                                "rest", Direction.OUTBOUND, 2, selector("::/0", "::/0")));
        assertThat(ports(spd, UDP, 9, 53, true)).isEqualTo("dns");
        assertThat(ports(spd, UDP, 0, 0, true)).isEqualTo("none");
        assertThat(ports(spd, UDP, 0, 0, false)).isEqualTo("fragments");
        assertThat(ports(spd, TCP, 0, 0, false)).isEqualTo("none");
    }

    @Test
    void icmpIsToldApartByTypeAndCodeOfItsSource() {
        Spd spd =
                spd(
                        SecurityPolicy.bypass(
                                "requests",
                                Direction.OUTBOUND,
                                0,
                                all(ICMP, PortRange.ofType(8), PortRange.ofType(0))),
                        SecurityPolicy.bypass(
                                "3/1 to 3/4",
                                Direction.OUTBOUND,
                                1,
                                all(ICMP, PortRange.ofTypes(3, 1, 3, 4), PortRange.ANY)),
                        SecurityPolicy.bypass(
                                "hidden",
                                Direction.OUTBOUND,
                                2,
                                all(ICMP, PortRange.OPAQUE, PortRange.ANY)));
        assertThat(ports(spd, ICMP, 0x0800, 0, true)).isEqualTo("requests");
        assertThat(ports(spd, ICMP, 0x08ff, 0, true)).isEqualTo("requests");
        assertThat(ports(spd, ICMP, 0x0900, 0, true)).isEqualTo("none");
        assertThat(ports(spd, ICMP, 0x0300, 0, true)).isEqualTo("none");
        assertThat(ports(spd, ICMP, 0x0301, 0, true)).isEqualTo("3/1 to 3/4");
        assertThat(ports(spd, ICMP, 0x0304, 0, true)).isEqualTo("3/1 to 3/4");
        assertThat(ports(spd, ICMP, 0x0305, 0, true)).isEqualTo("none");
        assertThat(ports(spd, ICMP, 0, 0, false)).isEqualTo("needs ports");
    }

    /** Behind an IPv6 fragment header more headers may stand, in the first fragment alone. */
    @Test
    void aPacketWhoseProtocolCannotBeSeenIsUndecidedWhereItMightMatchFirst() {
        TrafficSelector six = selector("::/0", "::/0");
        AddressRange all = six.source();
        SecurityPolicy tcp =
                SecurityPolicy.protect(
                        "tcp",
                        Direction.OUTBOUND,
                        1,
                        new TrafficSelector(all, all, TCP, PortRange.ANY, PortRange.ANY),
                        "t");
        SecurityPolicy rest = SecurityPolicy.bypass("rest", Direction.OUTBOUND, 2, six);
        SecurityPolicy opaque =
                SecurityPolicy.bypass(
                        "opaque",
                        Direction.OUTBOUND,
                        0,
                        new TrafficSelector(
                                all,
                                all,
                                TrafficSelector.OPAQUE_PROTOCOL,
                                PortRange.ANY,
                                PortRange.ANY));
        assertThat(six(spd(tcp, rest), TCP)).isEqualTo("tcp");
        assertThat(six(spd(tcp, rest), UDP)).isEqualTo("rest");
        assertThat(six(spd(tcp, rest), 60)).isEqualTo("needs ports");
        assertThat(six(spd(tcp, rest, opaque), 60)).isEqualTo("opaque");
        assertThat(six(spd(tcp, rest, opaque), TCP)).isEqualTo("tcp");
        assertThat(six(spd(rest), 60)).isEqualTo("rest");
    }

    private static String six(Spd spd, int protocol) {
        return decide(spd, Direction.OUTBOUND, "fd00::1", "fd00::2", protocol, 0, 0, false);
    }

    @Test
    void aPolicyIsForAllItsSelectors() {
        Spd spd =
                spd(
                        new SecurityPolicy(
                                "p",
                                Direction.OUTBOUND,
                                0,
                                List.of(
                                        selector("10.0.0.0/8", "10.0.0.0/8"),
                                        selector("fd00::/8", "fd00::/8"),
                                        selector("10.0.0.0/8", "192.168.0.1-192.168.0.5")),
                                Action.BYPASS,
                                null));
        assertThat(out(spd, "10.0.0.1", "10.0.0.2")).isEqualTo("p");
        assertThat(out(spd, "fd00::1", "fd00::2")).isEqualTo("p");
        assertThat(out(spd, "10.0.0.1", "192.168.0.5")).isEqualTo("p");
        assertThat(out(spd, "10.0.0.1", "192.168.0.6")).isEqualTo("none");
    }

    private static TrafficSelector all(int protocol, PortRange from, PortRange to) {
        return selector("0.0.0.0/0", "0.0.0.0/0", protocol, from, to);
    }

    private static String ports(Spd spd, int protocol, int from, int to, boolean known) {
        return decide(spd, Direction.OUTBOUND, "10.0.0.1", "10.0.0.2", protocol, from, to, known);
    }
}
