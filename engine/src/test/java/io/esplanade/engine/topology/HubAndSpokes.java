package io.esplanade.engine.topology;

import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.testing.EspPackets;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Two spokes that know only the hub, each with a network of both families behind it:
 *
 * <pre>
 *  10.1.0.0/16                                                            10.2.0.0/16
 *  fd01::/32 ── A 192.0.2.1 ══ IPv4 ══ 192.0.2.3 HUB 2001:db8::3 ══ IPv6 ══ 2001:db8::2 B ── fd02::/32
 *                                             │
 *                                        10.3.0.0/16, fd03::/32
 * </pre>
 *
 * <p>Everything between two of the networks is protected; to a spoke, everything that is not its
 * own is behind the hub.
 */
final class HubAndSpokes {

    /** A network's number, its gateway's outer address, the port towards the other gateway. */
    enum Site {
        A(1),
        B(2),
        HUB(3);

        final int number;

        Site(int number) {
            this.number = number;
        }

        String ipv4() {
            return "10.%d.0.0/16".formatted(number);
        }

        String ipv6() {
            return "fd0%d::/32".formatted(number);
        }

        /** A host in its network. */
        String host(boolean ipv6) {
            return ipv6 ? "fd0%d::5".formatted(number) : "10.%d.0.5".formatted(number);
        }
    }

    private static final String ALL4 = "10.0.0.0/8";
    private static final String ALL6 = "fd00::/8";

    private HubAndSpokes() {}

    /** The way from one gateway to the next, one of the four. */
    static EspPackets tunnel(Site from, Site to, boolean esn) {
        boolean ipv6 = from == Site.B || to == Site.B;
        int spi = 0x1000 * from.number + to.number;
        byte[] key = new byte[20];
        new SplittableRandom(spi).nextBytes(key);
        return new EspPackets(outer(from, ipv6), outer(to, ipv6), spi, key, esn);
    }

    private static String outer(Site site, boolean ipv6) {
        return (ipv6 ? "2001:db8::" : "192.0.2.") + site.number;
    }

    /** Outer addresses, which alone may be seen between the gateways. */
    static List<String> outerAddresses() {
        return List.of("192.0.2.1", "192.0.2.3", "2001:db8::2", "2001:db8::3");
    }

    private static List<Site> neighbours(Site site) {
        return site == Site.HUB ? List.of(Site.A, Site.B) : List.of(Site.HUB);
    }

    /** The SAs of one gateway. */
    static List<SecurityAssociation> sas(Site site, boolean esn) {
        List<SecurityAssociation> sas = new ArrayList<>();
        for (Site other : neighbours(site)) {
            sas.add(sa(site, other, esn, "to-" + other).outbound().tunnel("" + other).build());
            sas.add(
                    sa(other, site, esn, "from-" + other)
                            .inbound()
                            .tunnel("" + other)
                            .selectors(
                                    List.of(
                                            selector(networks4(other), ALL4),
                                            selector(networks6(other), ALL6)))
                            .build());
        }
        return sas;
    }

    /** What a gateway has behind it: the hub, everything. */
    private static String networks4(Site site) {
        return site == Site.HUB ? ALL4 : site.ipv4();
    }

    private static String networks6(Site site) {
        return site == Site.HUB ? ALL6 : site.ipv6();
    }

    private static SecurityAssociation.Builder sa(Site from, Site to, boolean esn, String name) {
        EspPackets esp = tunnel(from, to, esn);
        return SecurityAssociation.builder(name)
                .spi(esp.spi())
                .from(InetAddress.ofLiteral(esp.source()))
                .to(InetAddress.ofLiteral(esp.destination()))
                .key(KeyMaterial.takeFrom(esp.key().clone()))
                .esn(esn)
                .origin(KeyOrigin.STATIC_UNSAFE);
    }

    /** The policies of one gateway: for packets in both directions, PROTECT. */
    static List<SecurityPolicy> policies(Site site) {
        List<SecurityPolicy> policies = new ArrayList<>();
        for (Site other : neighbours(site)) {
            for (Direction direction : Direction.values()) {
                TrafficSelector four = selector(ALL4, networks4(other));
                TrafficSelector six = selector(ALL6, networks6(other));
                boolean out = direction == Direction.OUTBOUND;
                String name = other + "-" + direction;
                policies.add(
                        SecurityPolicy.protect(
                                name + "-4",
                                direction,
                                1,
                                out ? four : four.reversed(),
                                "" + other));
                policies.add(
                        SecurityPolicy.protect(
                                name + "-6", direction, 1, out ? six : six.reversed(), "" + other));
            }
        }
        return policies;
    }

    /** Destination and port of each route of one gateway; ports are LAN and the next gateway. */
    static List<String[]> routes(Site site) {
        List<String[]> routes = new ArrayList<>();
        routes.add(new String[] {site.ipv4(), "lan"});
        routes.add(new String[] {site.ipv6(), "lan"});
        for (Site other : neighbours(site)) {
            routes.add(new String[] {networks4(other), "" + other});
            routes.add(new String[] {networks6(other), "" + other});
            String outer = tunnel(site, other, false).destination();
            routes.add(new String[] {outer, "" + other});
        }
        return routes;
    }

    static TrafficSelector selector(String source, String destination) {
        return TrafficSelector.between(AddressRange.parse(source), AddressRange.parse(destination));
    }
}
