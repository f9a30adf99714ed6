package io.esplanade.engine.abuse;

import static io.esplanade.engine.testing.IpPackets.udp;
import static io.esplanade.engine.testing.IpPackets.with;
import static io.esplanade.engine.testing.IpPackets.withChecksum;
import static io.esplanade.engine.testing.TunnelGateway.PEER;
import static io.esplanade.engine.testing.TunnelGateway.SPI_IN;
import static io.esplanade.engine.testing.TunnelGateway.US;
import static io.esplanade.engine.testing.TunnelGateway.inbound;
import static io.esplanade.engine.testing.TunnelGateway.key;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.MtuRules;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Ways to have packets dropped that are too long, or fragments. */
final class FragmentWays {

    private static final byte[] SEALED = seal(PEER, 1);

    private FragmentWays() {}

    private static byte[] seal(String source, long sequence) {
        return new EspPackets(source, US, SPI_IN, key(2), true).seal(sequence, inbound(100));
    }

    private static byte[] piece(int from, int to) {
        return IpFragments.piece(SEALED, from, to, 7);
    }

    /** A later fragment shows no ports, where a policy for ports might be meant. */
    static Way withoutPorts() {
        SecurityPolicy echo =
                SecurityPolicy.discard(
                        "echo",
                        Direction.OUTBOUND,
                        1,
                        new TrafficSelector(
                                AddressRange.parse("10.1.0.0/16"),
                                AddressRange.parse("203.0.113.0/24"),
                                IpPackets.UDP,
                                PortRange.ANY,
                                PortRange.of(7)));
        byte[] packet = udp("10.1.0.5", "203.0.113.5", 100);
        return Way.fromLan(IpFragments.piece(packet, 32, 80, 7)).with(b -> b.policy(echo));
    }

    static List<Way> oversized() {
        byte[] whole = with(outbound(1480), 6, 0x40);
        MtuRules none = MtuRules.DEFAULT.withFragmentation(Fragmentation.NONE);
        MtuRules post = MtuRules.DEFAULT.withFragmentation(Fragmentation.POST);
        byte[] bypassed = with(udp("10.1.0.5", "203.0.113.5", 1600), 6, 0x40);
        return List.of(
                Way.fromLan(withChecksum(whole), udp("fd01::5", "fd02::5", 1480)),
                Way.fromLan(withChecksum(bypassed)),
                Way.fromLan(outbound(1480)).on(s -> s.mtuRules = none),
                // 65 500 bytes fit into no ESP packet.
                Way.fromLan(outbound(65_500)).on(s -> s.mtuRules = post));
    }

    static List<Way> bad() {
        byte[] uneven = IpFragments.piece(SEALED, new byte[12], 0, true, 7);
        byte[] beyond = IpFragments.piece(SEALED, new byte[16], 65_528, false, 7);
        byte[] marked = with(piece(64, SEALED.length - 20), 1, 3);
        return List.of(
                Way.fromWan(uneven),
                Way.fromWan(beyond),
                Way.fromWan(piece(0, 64), withChecksum(marked)));
    }

    static Way duplicate() {
        return Way.act(
                1,
                tunnel -> {
                    tunnel.fromWan(piece(0, 32));
                    tunnel.fromWan(piece(0, 32));
                    tunnel.fromWan(piece(32, SEALED.length - 20));
                });
    }

    static List<Way> overlapping() {
        int end = SEALED.length - 20;
        return List.of(
                Way.fromWan(piece(0, 32), piece(24, 64), piece(64, end)),
                Way.fromWan(piece(24, 64), piece(0, 32)),
                Way.fromWan(piece(0, 64), piece(8, 16)),
                // What ends twice, or goes on behind its end.
                Way.fromWan(piece(64, end), IpFragments.piece(SEALED, new byte[8], 48, false, 7)),
                Way.fromWan(
                        piece(64, end),
                        IpFragments.piece(SEALED, new byte[8], end + 24 & -8, true, 7)));
    }

    static Way late() {
        HandClock clock = new HandClock();
        return Way.act(
                        2,
                        tunnel -> {
                            tunnel.fromWan(piece(0, 32));
                            tunnel.fromWan(piece(64, SEALED.length - 20));
                            clock.forward(Duration.ofNanos(IpConfig.DEFAULT.reassemblyTime()));
                            tunnel.gateway().settle();
                        })
                .with(b -> b.clock(clock));
    }

    static Way tooMany() {
        return Way.fromWan(piece(0, 32)).with(b -> b.ip(mbufs(0)));
    }

    private static IpConfig mbufs(int most) {
        IpConfig config = IpConfig.DEFAULT;
        return new IpConfig(
                config.icmpErrorsPerSecond(),
                config.learnPathMtu(),
                config.pathMtuAge(),
                most,
                config.reassemblyTime());
    }

    static Way noMbufForDatagram() {
        byte[] large = new EspPackets(PEER, US, SPI_IN, key(2), true).seal(1, inbound(2000));
        byte[][] pieces = IpFragments.cut(large, 1200, 7).toArray(byte[][]::new);
        return Way.fromWan(pieces).with(b -> b.mbufs(256, 0));
    }

    /** A router that says an ESP packet of 1500 bytes was too big for this MTU. */
    static Way tooBigMessage(int mtu) {
        return Way.act(
                1,
                tunnel -> {
                    tunnel.fromLan(outbound(1446));
                    byte[] esp = tunnel.wan().receive();
                    tunnel.fromWan(
                            IpPackets.icmp("203.0.113.9", US, 0x304, mtu, Arrays.copyOf(esp, 28)));
                });
    }

    static Way noMbufForFragment() {
        byte[] packet = outbound(65_000);
        return Way.fromLan(Arrays.copyOf(packet, packet.length))
                .with(b -> b.mbufs(40, 4).burstSize(4));
    }
}
