package io.esplanade.engine.interop;

import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.testing.IpPackets;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One of the ways in which a tunnel can be: each has networks of both families behind it, a
 * direction each way, and keys of its own.
 *
 * @param index its place in {@link #ALL}
 * @param outerIpv6 whether the outer header is IPv6
 */
record Tunnel(int index, boolean outerIpv6, Suite suite, boolean esn) {

    private static final List<Suite> SUITES =
            List.of(Suite.AES_GCM_16_128, Suite.AES_GCM_16_192, Suite.AES_GCM_16_256);

    static final List<Tunnel> ALL = all();

    private static List<Tunnel> all() {
        List<Tunnel> all = new ArrayList<>();
        for (boolean outerIpv6 : new boolean[] {false, true}) {
            for (boolean esn : new boolean[] {false, true}) {
                for (Suite suite : SUITES) {
                    all.add(new Tunnel(all.size(), outerIpv6, suite, esn));
                }
            }
        }
        return List.copyOf(all);
    }

    String us() {
        return outerIpv6 ? "2001:db8::1" : "192.0.2.1";
    }

    String peer() {
        return outerIpv6 ? "2001:db8::2" : "192.0.2.2";
    }

    int spi(Direction direction) {
        return (direction == Direction.OUTBOUND ? 0x1000 : 0xfffff000) + index;
    }

    /** Key and salt. */
    byte[] key(Direction direction) {
        byte[] key = new byte[suite.keyMaterialLength()];
        new SplittableRandom(spi(direction)).nextBytes(key);
        return key;
    }

    String keyHex(Direction direction) {
        return HexFormat.of().formatHex(key(direction));
    }

    /** A packet with {@code payload} bytes behind its IP header; out is from us to the peer. */
    byte[] inner(boolean ipv6, Direction direction, int payload) {
        String here = ipv6 ? "fd01::5" : "10.1.0.5";
        String there =
                ipv6 ? "fd00:%x::5".formatted(100 + index) : "10.%d.0.5".formatted(100 + index);
        byte[] data = new byte[payload];
        new SplittableRandom(payload).nextBytes(data);
        boolean out = direction == Direction.OUTBOUND;
        // 253 is for experiments (RFC 3692): no dissector looks inside.
        return IpPackets.packet(out ? here : there, out ? there : here, 253, data);
    }

    SecurityAssociation sa(Direction direction, long firstSequence) {
        boolean out = direction == Direction.OUTBOUND;
        return SecurityAssociation.builder("%s-%d".formatted(direction, index))
                .tunnel("tunnel-" + index)
                .direction(direction)
                .spi(spi(direction))
                .from(InetAddress.ofLiteral(out ? us() : peer()))
                .to(InetAddress.ofLiteral(out ? peer() : us()))
                .suite(suite)
                .key(KeyMaterial.takeFrom(key(direction)))
                .esn(esn)
                .initialSequence(firstSequence)
                .replayWindow(64)
                .origin(KeyOrigin.STATIC_UNSAFE)
                .selectors(out ? List.of() : List.of(ipv4().reversed(), ipv6().reversed()))
                .build();
    }

    List<SecurityPolicy> policies() {
        String name = "tunnel-" + index;
        return List.of(
                SecurityPolicy.protect(name + "-4", Direction.OUTBOUND, 1, ipv4(), name),
                SecurityPolicy.protect(name + "-6", Direction.OUTBOUND, 1, ipv6(), name));
    }

    private TrafficSelector ipv4() {
        return TrafficSelector.between(
                AddressRange.parse("10.1.0.0/16"),
                AddressRange.parse("10.%d.0.0/16".formatted(100 + index)));
    }

    private TrafficSelector ipv6() {
        return TrafficSelector.between(
                AddressRange.parse("fd01::/32"),
                AddressRange.parse("fd00:%x::/32".formatted(100 + index)));
    }
}
