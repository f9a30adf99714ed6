package io.esplanade.engine.testing;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.MtuRules;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A driven gateway at 192.0.2.1 and 2001:db8::1 between a LAN (10.1.0.0/16, fd01::/32) and a peer
 * at 192.0.2.2 and 2001:db8::2 with a LAN of its own (10.2.0.0/16, fd02::/32), both ports raw IP in
 * memory. Tunnel {@code peer} protects what goes between the two.
 *
 * <p>By policy 203.0.113.0/24 is bypassed and 198.51.100.0/24 discarded; no policy is for
 * 10.9.0.0/16, which is routed to the outside too; there is no other route.
 */
public final class TunnelGateway implements AutoCloseable {

    public static final String US = "192.0.2.1";
    public static final String PEER = "192.0.2.2";
    public static final String US6 = "2001:db8::1";
    public static final String PEER6 = "2001:db8::2";
    public static final int SPI_OUT = 0x1000;
    public static final int SPI_IN = 0x2000;

    /** What is inside the tunnel from the peer, as inner packets have it. */
    public static final List<TrafficSelector> FROM_PEER =
            List.of(selector("10.2.0.0/16", "10.1.0.0/16"), selector("fd02::/32", "fd01::/32"));

    private final MemoryHost lan;
    private final MemoryHost wan;
    private final DrivenGateway gateway;
    private final EspPackets toPeer;
    private final EspPackets fromPeer;

    private TunnelGateway(Settings settings) {
        boolean v6 = settings.ipv6Outside;
        String us = v6 ? US6 : US;
        String peer = v6 ? PEER6 : PEER;
        toPeer = new EspPackets(us, peer, SPI_OUT, key(settings.keySeed), settings.esn);
        fromPeer = new EspPackets(peer, us, SPI_IN, key(settings.keySeed + 1), settings.esn);
        lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), settings.lanCable);
        wan = MemoryHost.on(Plug.of("wan", Side.UNPROTECTED), settings.wanCable);
        DrivenGateway.Builder builder =
                DrivenGateway.builder()
                        .port(lan.port())
                        .port(wan.port())
                        .sa(settings.outbound(toPeer))
                        .sa(settings.inbound(fromPeer))
                        .route("10.1.0.0/16", "lan")
                        .route("fd01::/32", "lan");
        for (String outside : OUTSIDE) {
            builder.route(outside, "wan");
        }
        policies().forEach(builder::policy);
        settings.more.accept(builder);
        gateway = builder.build();
    }

    private static final List<String> OUTSIDE =
            List.of(
                    "10.2.0.0/16",
                    "10.9.0.0/16",
                    "192.0.2.0/24",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "2001:db8::/32",
                    "fd02::/32");

    /** The usual one. */
    public static TunnelGateway open() {
        return open(settings -> {});
    }

    /** One that differs as said. */
    public static TunnelGateway open(Consumer<Settings> change) {
        Settings settings = new Settings();
        change.accept(settings);
        return new TunnelGateway(settings);
    }

    /** The policies, for one's own gateways too. */
    public static List<SecurityPolicy> policies() {
        List<SecurityPolicy> policies = new ArrayList<>();
        String[][] rows = {
            {"protect", "10.1.0.0/16", "10.2.0.0/16"},
            {"protect6", "fd01::/32", "fd02::/32"},
            {"bypass", "10.1.0.0/16", "203.0.113.0/24"},
            {"discard", "10.1.0.0/16", "198.51.100.0/24"},
        };
        for (String[] row : rows) {
            TrafficSelector out = selector(row[1], row[2]);
            for (Direction direction : Direction.values()) {
                boolean outbound = direction == Direction.OUTBOUND;
                String name = row[0] + (outbound ? "-out" : "-in");
                TrafficSelector s = outbound ? out : out.reversed();
                policies.add(
                        switch (row[0]) {
                            case "bypass" -> SecurityPolicy.bypass(name, direction, 100, s);
                            case "discard" -> SecurityPolicy.discard(name, direction, 100, s);
                            default -> SecurityPolicy.protect(name, direction, 100, s, "peer");
                        });
            }
        }
        return policies;
    }

    public static TrafficSelector selector(String source, String destination) {
        return TrafficSelector.between(AddressRange.parse(source), AddressRange.parse(destination));
    }

    /** AES-128 key and salt, the same for the same seed. */
    public static byte[] key(long seed) {
        byte[] key = new byte[20];
        new SplittableRandom(seed).nextBytes(key);
        return key;
    }

    /** The host on the protected side. */
    public MemoryHost lan() {
        return lan;
    }

    /** The host on the unprotected side. */
    public MemoryHost wan() {
        return wan;
    }

    public DrivenGateway gateway() {
        return gateway;
    }

    /** Opens what the gateway sealed. */
    public EspPackets toPeer() {
        return toPeer;
    }

    /** Seals what the gateway is to open. */
    public EspPackets fromPeer() {
        return fromPeer;
    }

    /** A packet from the LAN to the peer's, {@code length} bytes long. */
    public static byte[] outbound(int length) {
        return IpPackets.udp("10.1.0.5", "10.2.0.5", length);
    }

    /** A packet from the peer's LAN to ours, {@code length} bytes long. */
    public static byte[] inbound(int length) {
        return IpPackets.udp("10.2.0.5", "10.1.0.5", length);
    }

    /** Sends on the protected side and lets the gateway work it off. */
    public void fromLan(byte[] packet) {
        offer(lan, packet);
        gateway.settle();
    }

    /** Sends on the unprotected side and lets the gateway work it off. */
    public void fromWan(byte[] packet) {
        offer(wan, packet);
        gateway.settle();
    }

    private static void offer(MemoryHost host, byte[] packet) {
        if (!host.send(packet)) {
            throw new AssertionError("the cable is full");
        }
    }

    @Override
    public void close() {
        lan.close();
        wan.close();
        gateway.close();
    }

    /** What may differ. */
    public static final class Settings {
        public boolean esn = true;
        public boolean ipv6Outside;
        public long firstSequence = 1;
        public long keySeed = 1;
        public List<TrafficSelector> innerFromPeer = FROM_PEER;
        public int replayWindow = 64;
        public Consumer<SecurityAssociation.Builder> sas = sa -> {}; // both
        public KeyOrigin origin = KeyOrigin.STATIC_UNSAFE; // negotiated keys are good once only
        public MtuRules mtuRules = MtuRules.DEFAULT;
        public Cable lanCable = Cable.DEFAULT;
        public Cable wanCable = Cable.DEFAULT;
        public Consumer<DrivenGateway.Builder> more = builder -> {};

        private SecurityAssociation outbound(EspPackets esp) {
            return sa(SecurityAssociation.builder("out").outbound(), esp)
                    .initialSequence(firstSequence)
                    .build();
        }

        private SecurityAssociation inbound(EspPackets esp) {
            return sa(SecurityAssociation.builder("in").inbound(), esp)
                    .replayWindow(replayWindow)
                    .selectors(innerFromPeer)
                    .build();
        }

        private SecurityAssociation.Builder sa(SecurityAssociation.Builder builder, EspPackets e) {
            sas.accept(builder);
            return builder.tunnel("peer")
                    .spi(e.spi())
                    .from(InetAddress.ofLiteral(e.source()))
                    .to(InetAddress.ofLiteral(e.destination()))
                    .key(e.keyMaterial())
                    .esn(esn)
                    .mtuRules(mtuRules)
                    .origin(origin);
        }
    }
}
