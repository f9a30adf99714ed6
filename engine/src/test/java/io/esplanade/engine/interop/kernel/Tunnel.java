package io.esplanade.engine.interop.kernel;

import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.IpsecProtocol;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.ipsec.UdpEncapsulation;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What both ends agree on: a pair of SAs, in tunnel mode for the networks behind them, of both
 * families, in transport mode for the ends themselves.
 *
 * @param name what is particular about it
 * @param outerIpv6 whether the outer header is IPv6
 * @param kernel what the kernel alone is told of the SA by which it sends
 * @param changes what is not as the engine's builder has it unless told otherwise
 */
record Tunnel(
        String name,
        Suite suite,
        boolean esn,
        boolean outerIpv6,
        IpsecProtocol protocol,
        SaMode mode,
        String kernel,
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
        return new Tunnel(
                "",
                suite,
                true,
                false,
                IpsecProtocol.ESP,
                SaMode.TUNNEL,
                "",
                (direction, sa) -> {});
    }

    Tunnel withEsn(boolean on) {
        return new Tunnel(name, suite, on, outerIpv6, protocol, mode, kernel, changes);
    }

    Tunnel overIpv6(boolean on) {
        return new Tunnel(name, suite, esn, on, protocol, mode, kernel, changes);
    }

    /** The same by AH, of whose suite the integrity algorithm counts. */
    Tunnel byAh() {
        return new Tunnel(name, suite, esn, outerIpv6, IpsecProtocol.AH, mode, kernel, changes);
    }

    Tunnel inTransportMode() {
        return new Tunnel(name, suite, esn, outerIpv6, protocol, SaMode.TRANSPORT, kernel, changes);
    }

    /** The same with more for the kernel's {@code ip xfrm state add}. */
    Tunnel withKernel(String what) {
        return new Tunnel(name, suite, esn, outerIpv6, protocol, mode, what, changes);
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
        return new Tunnel(
                what, suite, esn, outerIpv6, protocol, mode, kernel, changes.andThen(change));
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
                        .protocol(protocol)
                        .mode(mode)
                        .selectors(out ? List.of() : families().map(this::inwards).toList());
        changes.accept(direction, builder);
        return builder.build();
    }

    /** New SAs, as the engine has them. */
    List<SecurityAssociation> sas() {
        return List.of(sa(Direction.OUTBOUND), sa(Direction.INBOUND));
    }

    /** What the engine is to protect. */
    List<SecurityPolicy> policies() {
        return families().map(this::policy).toList();
    }

    /** Whether IPv6, for each family of packets that it carries. */
    private Stream<Boolean> families() {
        return mode == SaMode.TUNNEL ? Stream.of(false, true) : Stream.of(outerIpv6);
    }

    private String behind(Ends end, boolean ipv6) {
        return mode == SaMode.TUNNEL ? end.network(ipv6) : end.outer(ipv6);
    }

    private SecurityPolicy policy(boolean ipv6) {
        TrafficSelector outwards = inwards(ipv6).reversed();
        return SecurityPolicy.protect("ipv6-" + ipv6, Direction.OUTBOUND, 1, outwards, "peer");
    }

    private TrafficSelector inwards(boolean ipv6) {
        return TrafficSelector.between(
                AddressRange.parse(behind(Ends.PEER, ipv6)),
                AddressRange.parse(behind(Ends.GATEWAY, ipv6)));
    }

    /** What the kernel is to have, with the same SAs, as a file for {@code ip -batch}. */
    String batch(List<SecurityAssociation> sas) {
        List<String> lines = new ArrayList<>(List.of("xfrm state flush", "xfrm policy flush"));
        for (SecurityAssociation sa : sas) {
            boolean sends = sa.direction() == Direction.INBOUND;
            lines.add(Xfrm.state(sa) + (sends ? " " + kernel : ""));
        }
        families()
                .forEach(
                        ipv6 -> {
                            lines.add(kernelPolicy(Ends.GATEWAY, Ends.PEER, "in", ipv6));
                            lines.add(kernelPolicy(Ends.PEER, Ends.GATEWAY, "out", ipv6));
                        });
        if (mode == SaMode.TRANSPORT) {
            lines.add(udpForTheSocket());
        }
        return String.join("\n", lines);
    }

    /** Between the ends ESP in UDP is itself what the policy protects: as IKE's, it is let in. */
    private String udpForTheSocket() {
        return "xfrm policy add src %s dst %s proto 17 dport %d dir in priority 1"
                .formatted(
                        Ends.GATEWAY.outer(outerIpv6),
                        Ends.PEER.outer(outerIpv6),
                        UdpEncapsulation.PORT);
    }

    private String kernelPolicy(Ends from, Ends to, String direction, boolean ipv6) {
        return "xfrm policy add src %s dst %s dir %s priority 2 tmpl src %s dst %s proto %s mode %s"
                .formatted(
                        behind(from, ipv6),
                        behind(to, ipv6),
                        direction,
                        from.outer(outerIpv6),
                        to.outer(outerIpv6),
                        Xfrm.word(protocol),
                        Xfrm.word(mode));
    }

    private InetAddress address(Ends end) {
        return InetAddress.ofLiteral(end.outer(outerIpv6));
    }

    @Override
    public String toString() {
        return "%s %s %s%s over %s%s"
                .formatted(
                        Xfrm.word(protocol),
                        Xfrm.word(mode),
                        suite.keyword(),
                        esn ? "-esn" : "",
                        outerIpv6 ? "IPv6" : "IPv4",
                        name.isEmpty() ? "" : ", " + name);
    }
}
