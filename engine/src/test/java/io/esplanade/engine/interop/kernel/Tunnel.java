package io.esplanade.engine.interop.kernel;

import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What both ends agree on: a pair of SAs for traffic of both families.
 *
 * @param name what is particular about it
 * @param outerIpv6 whether the outer header is IPv6
 * @param changes what is not as the engine's builder has it unless told otherwise
 */
record Tunnel(
        String name,
        Suite suite,
        boolean esn,
        boolean outerIpv6,
        BiConsumer<Direction, SecurityAssociation.Builder> changes) {

    static final int OUTBOUND_SPI = 0xc000_0001;
    static final int INBOUND_SPI = 0x0000_0100; // the least there is

    /** No engine takes a key twice. */
    private static final SplittableRandom KEYS = new SplittableRandom(1);

    /** A tunnel over IPv4, with ESN. */
    static Tunnel of(String keyword) {
        return of(Suite.ofKeyword(keyword).orElseThrow());
    }

    static Tunnel of(Suite suite) {
        return new Tunnel("", suite, true, false, (direction, sa) -> {});
    }

    Tunnel withEsn(boolean on) {
        return new Tunnel(name, suite, on, outerIpv6, changes);
    }

    Tunnel overIpv6(boolean on) {
        return new Tunnel(name, suite, esn, on, changes);
    }

    /** The same with both SAs changed. */
    Tunnel with(String what, Consumer<SecurityAssociation.Builder> change) {
        return with(what, (direction, sa) -> change.accept(sa));
    }

    /** The same with one SA changed. */
    Tunnel with(String what, Direction which, Consumer<SecurityAssociation.Builder> change) {
        return with(
                what,
                (direction, sa) -> {
                    if (direction == which) {
                        change.accept(sa);
                    }
                });
    }

    private Tunnel with(String what, BiConsumer<Direction, SecurityAssociation.Builder> change) {
        return new Tunnel(what, suite, esn, outerIpv6, changes.andThen(change));
    }

    private SecurityAssociation sa(Direction direction) {
        boolean out = direction == Direction.OUTBOUND;
        byte[] key = new byte[suite.keyMaterialLength()];
        KEYS.nextBytes(key);
        SecurityAssociation.Builder builder =
                SecurityAssociation.builder(direction.name())
                        .tunnel("peer")
                        .direction(direction)
                        .spi(out ? OUTBOUND_SPI : INBOUND_SPI)
                        .from(address(out ? Ends.GATEWAY : Ends.PEER))
                        .to(address(out ? Ends.PEER : Ends.GATEWAY))
                        .suite(suite)
                        .key(KeyMaterial.takeFrom(key))
                        .esn(esn)
                        .selectors(out ? List.of() : List.of(inwards(false), inwards(true)));
        changes.accept(direction, builder);
        return builder.build();
    }

    /** New SAs, as the engine has them. */
    List<SecurityAssociation> sas() {
        return List.of(sa(Direction.OUTBOUND), sa(Direction.INBOUND));
    }

    /** What the engine is to protect. */
    List<SecurityPolicy> policies() {
        return List.of(policy(false), policy(true));
    }

    private static SecurityPolicy policy(boolean ipv6) {
        TrafficSelector outwards = inwards(ipv6).reversed();
        return SecurityPolicy.protect("ipv6-" + ipv6, Direction.OUTBOUND, 1, outwards, "peer");
    }

    private static TrafficSelector inwards(boolean ipv6) {
        return TrafficSelector.between(
                AddressRange.parse(Ends.PEER.network(ipv6)),
                AddressRange.parse(Ends.GATEWAY.network(ipv6)));
    }

    /** What the kernel is to have, with the same SAs, as a file for {@code ip -batch}. */
    String batch(List<SecurityAssociation> sas) {
        List<String> lines = new ArrayList<>(List.of("xfrm state flush", "xfrm policy flush"));
        sas.forEach(sa -> lines.add(Xfrm.state(sa)));
        for (boolean ipv6 : new boolean[] {false, true}) {
            lines.add(kernelPolicy(Ends.GATEWAY, Ends.PEER, "in", ipv6));
            lines.add(kernelPolicy(Ends.PEER, Ends.GATEWAY, "out", ipv6));
        }
        return String.join("\n", lines);
    }

    private String kernelPolicy(Ends from, Ends to, String direction, boolean ipv6) {
        return "xfrm policy add src %s dst %s dir %s tmpl src %s dst %s proto esp mode tunnel"
                .formatted(
                        from.network(ipv6),
                        to.network(ipv6),
                        direction,
                        from.outer(outerIpv6),
                        to.outer(outerIpv6));
    }

    private InetAddress address(Ends end) {
        return InetAddress.ofLiteral(end.outer(outerIpv6));
    }

    @Override
    public String toString() {
        return "%s%s over %s%s"
                .formatted(
                        suite.keyword(),
                        esn ? "-esn" : "",
                        outerIpv6 ? "IPv6" : "IPv4",
                        name.isEmpty() ? "" : ", " + name);
    }
}
