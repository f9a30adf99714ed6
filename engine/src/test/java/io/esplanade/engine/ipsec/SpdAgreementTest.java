package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * The index answers as the ordered list of RFC 4301 §4.4.1 would, searched from its front: random
 * policies that overlap a lot, come and go, and random packets among them.
 */
class SpdAgreementTest {

    private static final int[] PROTOCOLS = {1, 6, 17, 50, 58, 60, 135};

    private final SpdSearch search = new SpdSearch();
    private int names;

    /** A packet as selectors see it. */
    private record Seen(
            InetAddress source,
            InetAddress destination,
            int protocol,
            int from,
            int to,
            boolean shown) {

        boolean protocolShown() {
            return protocol != 60;
        }

        boolean hasPorts() {
            return protocol != 50;
        }
    }

    /**
     * @param spread how far apart numbers lie: at 1 many policies are alike in most of what they
     *     are indexed by
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void itAgreesWithASearchFromTheFrontOfTheList(int spread) {
        Random random = new Random(spread);
        for (int round = 0; round < 6; round++) {
            PolicyTable table = new PolicyTable(name -> 0);
            List<SecurityPolicy> list = new ArrayList<>();
            List<SecurityPolicy> earlier = List.of();
            Spd snapshot = Spd.EMPTY;
            for (int step = 0; step < 40; step++) {
                change(table, list, random, spread);
                table.forgetBefore(step > 20 && step < 30 ? snapshot : table.spd());
                if (step == 30) {
                    snapshot = Spd.EMPTY;
                    earlier = List.of();
                }
                assertAgree(table.spd(), list, random, spread);
                assertAgree(snapshot, earlier, random, spread);
                if (step == 20) { // what readers hold stays as it was
                    snapshot = table.spd();
                    earlier = List.copyOf(list);
                }
            }
            list.forEach(policy -> table.remove(policy.name()));
            assertThat(table.spd().size()).isZero();
            table.forgetBefore(table.spd());
            for (Direction direction : Direction.values()) {
                assertThat(table.spd().index().rules(direction, true)).isNull();
                assertThat(table.spd().index().rules(direction, false)).isNull();
            }
        }
    }

    private void change(PolicyTable table, List<SecurityPolicy> list, Random random, int spread) {
        int adds = random.nextInt(20);
        for (int i = 0; i < adds; i++) {
            SecurityPolicy policy = policy("p" + names++, random, spread);
            list.add(policy);
            table.add(policy);
        }
        int removals = Math.min(list.size(), random.nextInt(12));
        for (int i = 0; i < removals; i++) {
            table.remove(list.remove(random.nextInt(list.size())).name());
        }
    }

    private void assertAgree(Spd spd, List<SecurityPolicy> list, Random random, int spread) {
        assertThat(spd.size()).isEqualTo(list.size());
        List<SecurityPolicy> ordered = new ArrayList<>(list); // a stable sort keeps their order
        ordered.sort(Comparator.comparingInt(SecurityPolicy::priority));
        for (int i = 0; i < 60; i++) {
            Seen packet = packet(random, spread);
            Direction direction = direction(random);
            assertThat(indexed(spd, direction, packet))
                    .as("%s %s", direction, packet)
                    .isEqualTo(fromTheFront(ordered, direction, packet));
        }
    }

    private String indexed(Spd spd, Direction direction, Seen p) {
        SelectorFields fields = new SelectorFields();
        fields.set(
                IpAddresses.high(p.source),
                IpAddresses.low(p.source),
                IpAddresses.high(p.destination),
                IpAddresses.low(p.destination),
                p.protocol,
                p.from,
                p.to,
                p.shown);
        SpdEntry entry = search.find(spd, direction, fields);
        if (entry == null) {
            return "none";
        }
        return entry == SpdEntry.UNDECIDED ? "undecided" : entry.policy().name();
    }

    private static String fromTheFront(
            List<SecurityPolicy> ordered, Direction direction, Seen packet) {
        for (SecurityPolicy policy : ordered) {
            if (policy.direction() == direction) {
                List<Boolean> answers =
                        policy.selectors().stream().map(s -> matches(s, packet)).toList();
                if (answers.contains(true)) {
                    return policy.name();
                }
                if (answers.contains(null)) {
                    return "undecided";
                }
            }
        }
        return "none";
    }

    /** Whether the packet is meant; null if it does not show what would tell. */
    private static Boolean matches(TrafficSelector s, Seen p) {
        if (!s.source().contains(p.source) || !s.destination().contains(p.destination)) {
            return false;
        }
        if (s.protocol() == TrafficSelector.ANY_PROTOCOL) {
            return true;
        }
        if (!p.protocolShown()) {
            return s.protocol() == TrafficSelector.OPAQUE_PROTOCOL ? true : null;
        }
        if (s.protocol() != p.protocol) {
            return false;
        }
        boolean typed = p.protocol == 1 || p.protocol == 58 || p.protocol == 135;
        Boolean from = holds(s.sourcePorts(), p.from, p.shown);
        Boolean to = typed ? Boolean.TRUE : holds(s.destinationPorts(), p.to, p.shown);
        if (Boolean.FALSE.equals(from) || Boolean.FALSE.equals(to)) {
            return false;
        }
        return from == null || to == null ? null : true;
    }

    private static Boolean holds(PortRange range, int port, boolean shown) {
        if (range.isAny()) {
            return true;
        }
        if (range.isOpaque()) {
            return !shown;
        }
        return shown ? range.first() <= port && port <= range.last() : null;
    }

    private static Direction direction(Random random) {
        return random.nextInt(4) == 0 ? Direction.INBOUND : Direction.OUTBOUND;
    }

    private static SecurityPolicy policy(String name, Random random, int spread) {
        List<TrafficSelector> selectors = new ArrayList<>();
        do {
            selectors.add(selector(random, spread));
        } while (random.nextInt(4) == 0);
        return new SecurityPolicy(
                name, direction(random), random.nextInt(9) - 4, selectors, Action.DISCARD, null);
    }

    private static TrafficSelector selector(Random random, int spread) {
        boolean six = random.nextInt(3) == 0;
        AddressRange source = range(random, six, spread);
        AddressRange destination = range(random, six, spread);
        int protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
        boolean hidden = protocol == 60;
        if (hidden && !six || random.nextInt(3) == 0) {
            return TrafficSelector.between(source, destination);
        }
        boolean ports = !hidden && protocol != 50;
        boolean opaque = random.nextInt(6) == 0;
        return new TrafficSelector(
                source,
                destination,
                hidden ? TrafficSelector.OPAQUE_PROTOCOL : protocol,
                ports ? ports(random, spread, opaque) : PortRange.ANY,
                ports ? ports(random, spread, opaque) : PortRange.ANY);
    }

    private static PortRange ports(Random random, int spread, boolean opaque) {
        if (opaque) {
            return PortRange.OPAQUE;
        }
        int a = port(random, spread);
        int b = port(random, spread);
        return random.nextInt(3) == 0
                ? PortRange.ANY
                : new PortRange(Math.min(a, b), Math.max(a, b));
    }

    private static AddressRange range(Random random, boolean six, int spread) {
        if (random.nextInt(5) == 0) {
            return AddressRange.parse(six ? "::/0" : "0.0.0.0/0");
        }
        InetAddress a = address(random, six, spread);
        InetAddress b = random.nextInt(3) == 0 ? a : address(random, six, spread);
        boolean up =
                IpAddresses.compare(
                                IpAddresses.high(a),
                                IpAddresses.low(a),
                                IpAddresses.high(b),
                                IpAddresses.low(b))
                        <= 0;
        return up ? new AddressRange(a, b) : new AddressRange(b, a);
    }

    private static Seen packet(Random random, int spread) {
        boolean six = random.nextInt(3) == 0;
        int protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
        boolean shown = protocol != 50 && protocol != 60 && random.nextInt(3) != 0;
        boolean typed = protocol == 1 || protocol == 58 || protocol == 135;
        return new Seen(
                address(random, six, spread),
                address(random, six, spread),
                protocol == 60 && !six ? 50 : protocol,
                shown ? port(random, spread) : 0,
                shown && !typed ? port(random, spread) : 0,
                shown);
    }

    private static int port(Random random, int spread) {
        return Math.min(65535, random.nextInt(12) * spread);
    }

    private static InetAddress address(Random random, boolean six, int spread) {
        long number = (long) random.nextInt(24) * spread;
        return six
                ? IpAddresses.of(
                        0x2001_0db8_0000_0000L | (number & 1) << 31,
                        number << 62 | number >>> 2) // both halves, and the sign bit
                : IpAddresses.of(0, IpAddresses.IPV4_MAPPED | number * 0x0123_4567L & 0xffff_ffffL);
    }
}
