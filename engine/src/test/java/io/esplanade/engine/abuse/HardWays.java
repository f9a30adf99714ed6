package io.esplanade.engine.abuse;

import static io.esplanade.engine.testing.TunnelGateway.inbound;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.abuse.FaultyProvider.Fault;
import io.esplanade.engine.control.Command;
import io.esplanade.engine.control.NonceStore;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.Lifetime;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Ways to have packets dropped that take more than a wrong packet. */
final class HardWays {

    private static final long OUR_MAC = 0x02_00_00_00_00_01L;
    private static final long THEIR_MAC = 0x02_00_00_00_00_02L;

    private HardWays() {}

    static void removeRoute(TunnelGateway tunnel, String destination) {
        tunnel.gateway()
                .apply(
                        new Command.RemoveRoute(
                                Prefix.parse(destination), new CompletableFuture<>()));
    }

    /** A third port on an Ethernet cable, and what {@code frame} there is. */
    private static Way ethernet(byte[] frame) {
        MemoryHost host =
                MemoryHost.on(
                        new Plug("eth", Side.PROTECTED, OUR_MAC),
                        Cable.DEFAULT.withLinkType(LinkType.ETHERNET));
        return Way.act(
                        1,
                        tunnel -> {
                            host.send(frame);
                            tunnel.gateway().settle();
                            host.close();
                        })
                .with(b -> b.port(host.port()).route("10.7.0.0/16", "eth"));
    }

    static Way lldp() {
        byte[] lldp = new byte[60];
        lldp[12] = (byte) 0x88;
        lldp[13] = (byte) 0xcc;
        return ethernet(lldp);
    }

    static Way arp() {
        byte[] arp = new byte[42];
        arp[12] = 8;
        arp[13] = 6;
        return ethernet(arp);
    }

    /** Longer than any message of ARP or neighbour discovery that anybody sends. */
    static Way longArp() {
        byte[] arp = new byte[600];
        arp[12] = 8;
        arp[13] = 6;
        return ethernet(arp);
    }

    static Way cutFrame() {
        return ethernet(new byte[13]);
    }

    static Way noNeighbour() {
        return ethernet(
                IpPackets.frame(OUR_MAC, THEIR_MAC, IpPackets.udp("10.1.0.5", "10.7.0.5", 60)));
    }

    static Way outboundSaRemoved() {
        return Way.act(
                1,
                tunnel -> {
                    tunnel.gateway().apply(new Command.RemoveSa("out", new CompletableFuture<>()));
                    tunnel.fromLan(outbound(60));
                });
    }

    static Way replayed() {
        return Way.act(
                2,
                tunnel -> {
                    byte[] esp = tunnel.fromPeer().seal(5, inbound(60));
                    tunnel.fromWan(esp);
                    tunnel.fromWan(esp); // Ingress sees it
                    byte[] other = tunnel.fromPeer().seal(6, inbound(60));
                    tunnel.wan().send(other);
                    tunnel.fromWan(other); // both in one burst: only Egress can
                });
    }

    static Way tooOld() {
        return Way.act(
                        2,
                        tunnel -> {
                            tunnel.fromWan(tunnel.fromPeer().seal(100, inbound(60)));
                            tunnel.fromWan(tunnel.fromPeer().seal(36, inbound(60)));
                            // In one burst: when 101 is looked at early, the window still holds it.
                            tunnel.wan().send(tunnel.fromPeer().seal(300, inbound(60)));
                            tunnel.fromWan(tunnel.fromPeer().seal(101, inbound(60)));
                        })
                .on(s -> s.esn = false /* with ESN, what is left of the window is 2³² ahead */);
    }

    private static Way faulty(Fault fault, long packets) {
        FaultyProvider provider = new FaultyProvider();
        return Way.act(
                        packets,
                        tunnel -> {
                            provider.fault(fault);
                            for (int i = 1; i <= packets / 2; i++) {
                                tunnel.lan().send(outbound(60));
                                tunnel.wan().send(tunnel.fromPeer().seal(i, inbound(60)));
                            }
                            tunnel.gateway().settle();
                            provider.fault(Fault.NONE);
                            tunnel.fromLan(outbound(60));
                            assertThat(tunnel.wan().receive()).as("goes on").isNotNull();
                        })
                .with(b -> b.provider(provider));
    }

    static Way cryptoError() {
        return faulty(Fault.ERROR, 20);
    }

    static List<Way> laneFailed() {
        OddPort odd = new OddPort("odd", Side.PROTECTED).with(OddPort.Fault.RECEIVE);
        Way receiving =
                Way.act(
                                1,
                                tunnel -> {
                                    odd.arrive(outbound(60), MbufPool.HEADROOM);
                                    tunnel.gateway().settle();
                                    assertThat(tunnel.gateway().laneFailures()).hasSize(1);
                                })
                        .with(b -> b.port(odd));
        OddPort sink = new OddPort("sink", Side.PROTECTED).with(OddPort.Fault.SEND);
        Way sending =
                Way.act(
                                4, // of five, one of which the queue took
                                tunnel -> {
                                    for (int i = 0; i < 5; i++) {
                                        tunnel.lan()
                                                .send(IpPackets.udp("10.1.0.5", "10.7.0.5", 60));
                                    }
                                    tunnel.gateway().settle();
                                    assertThat(tunnel.gateway().laneFailures()).hasSize(1);
                                    sink.without(OddPort.Fault.SEND);
                                    tunnel.fromLan(IpPackets.udp("10.1.0.5", "10.7.0.5", 60));
                                    assertThat(sink.sent()).as("goes on").hasSize(2);
                                })
                        .with(b -> b.port(sink).route("10.7.0.0/16", "sink"));
        return List.of(faulty(Fault.THROW, 20), receiving, sending);
    }

    /** The port has looked at the outer header's checksum, not at the inner one's. */
    static Way badInnerChecksumOffloaded() {
        OddPort odd = new OddPort("odd", Side.UNPROTECTED).marking(Mbuf.CSUM_VERIFIED);
        return Way.act(
                        1,
                        tunnel -> {
                            byte[] inner = IpPackets.with(inbound(60), 10, 1);
                            odd.arrive(tunnel.fromPeer().seal(1, inner), MbufPool.HEADROOM);
                            tunnel.gateway().settle();
                        })
                .with(b -> b.port(odd));
    }

    static Way notSealed() {
        return Way.act(
                1,
                tunnel -> {
                    // Nothing that Ingress decides leads here, so the last stage is asked alone.
                    try (Stages stages = new Stages(tunnel.gateway())) {
                        long mbuf = stages.packet(outbound(60));
                        Mbuf.nextHop(mbuf, tunnel.gateway().tables().route(0, 0xffff_0a02_0005L));
                        stages.egress(mbuf);
                    }
                    assertThat(tunnel.wan().receive()).isNull();
                });
    }

    static List<Way> saRetired() {
        List<Way> ways = new ArrayList<>();
        for (int flag : new int[] {Mbuf.ENCRYPT, Mbuf.DECRYPT}) {
            for (boolean before : new boolean[] {true, false}) {
                ways.add(
                        Way.act(
                                1,
                                tunnel -> {
                                    // Lanes of more than one thread can be overtaken by a removal.
                                    try (Stages stages = new Stages(tunnel.gateway())) {
                                        long mbuf = stages.packet(outbound(60));
                                        Mbuf.flags(mbuf, flag);
                                        Mbuf.sa(mbuf, 0, 0xabc);
                                        if (before) {
                                            stages.worker(mbuf);
                                        }
                                        stages.egress(mbuf);
                                    }
                                }));
            }
        }
        return ways;
    }

    static List<Way> sequenceExhausted() {
        return List.of(exhausted(0xffff_fffeL, false), exhausted(-2, true));
    }

    private static Way exhausted(long first, boolean esn) {
        return Way.act(
                        3,
                        tunnel -> {
                            for (int i = 0; i < 5; i++) {
                                tunnel.lan().send(outbound(60));
                            }
                            tunnel.gateway().settle();
                            tunnel.toPeer().open(first, tunnel.wan().receive());
                            tunnel.toPeer().open(first + 1, tunnel.wan().receive());
                            assertThat(tunnel.wan().receive()).isNull();
                        })
                .on(
                        s -> {
                            s.esn = esn;
                            s.firstSequence = first;
                        });
    }

    /** Before the conductor has noticed. */
    static Way lifetimeExpired() {
        Lifetime two = Lifetime.UNLIMITED.withHard(Lifetime.Limit.ofPackets(2));
        return Way.act(
                        3,
                        tunnel -> {
                            for (int i = 0; i < 5; i++) {
                                tunnel.lan().send(outbound(60));
                            }
                            while (tunnel.gateway().cycle() > 0) {}
                            tunnel.toPeer().open(1, tunnel.wan().receive());
                            tunnel.toPeer().open(2, tunnel.wan().receive());
                            assertThat(tunnel.wan().receive()).isNull();
                        })
                .on(s -> s.sas = sa -> sa.lifetime(two));
    }

    static Way nonceBlockExhausted() {
        ForgetfulStore store = new ForgetfulStore();
        return Way.act(
                        1,
                        tunnel -> {
                            // The conductor does not run, as if the disk were slow.
                            byte[] packet = outbound(60);
                            for (long i = 0; i < store.reserved; i++) {
                                tunnel.lan().send(packet);
                                tunnel.gateway().cycle();
                                tunnel.wan().receive();
                            }
                            assertThat(tunnel.gateway().drops()).isEmpty();
                            tunnel.lan().send(packet);
                            tunnel.gateway().cycle();
                            assertThat(tunnel.wan().receive()).isNull();
                            long used = store.reserved;
                            tunnel.fromLan(packet);
                            tunnel.toPeer().open(used + 1, tunnel.wan().receive());
                        })
                .on(
                        s -> {
                            s.esn = false; // smaller blocks
                            s.keySeed = 770; // not one that is used without a store too
                            s.origin = KeyOrigin.STATIC;
                        })
                .with(b -> b.nonceStore(store).invariants(false));
    }

    /** Remembers only while it lives. */
    private static final class ForgetfulStore implements NonceStore {
        private long reserved;

        @Override
        public long reserve(byte[] fingerprint, long atLeast, long count) {
            long first = Math.max(atLeast, reserved + 1);
            reserved = first + count - 1;
            return first;
        }

        @Override
        public void close() {}
    }

    static List<Way> noHeadroom() {
        byte[] forward = IpPackets.udp("10.1.0.5", "10.7.0.5", 60);
        MemoryHost host =
                MemoryHost.on(
                        new Plug("eth", Side.PROTECTED, OUR_MAC),
                        Cable.DEFAULT.withLinkType(LinkType.ETHERNET));
        OddPort odd = new OddPort("odd", Side.PROTECTED);
        Way ethernet =
                arriving(odd, forward, 13, 14)
                        .with(
                                b ->
                                        b.port(host.port())
                                                .route("10.7.0.0/16", "eth")
                                                .neighbour(3, "10.7.0.5", THEIR_MAC));
        return List.of(
                arriving(new OddPort("odd", Side.PROTECTED), outbound(60), 35, 36), ethernet);
    }

    /** The same packet twice: one that must be dropped, and one that just fits. */
    private static Way arriving(OddPort odd, byte[] packet, int dropped, int fits) {
        return Way.act(
                        1,
                        tunnel -> {
                            odd.arrive(packet, dropped);
                            odd.arrive(packet, fits);
                            tunnel.gateway().settle();
                        })
                .with(b -> b.port(odd));
    }

    /** 60 bytes want 2 bytes of padding, 2 of trailer and 16 of ICV behind them. */
    static Way noTailroom() {
        int fits = MbufPool.SMALL_SIZE - 60 - 20;
        return arriving(new OddPort("odd", Side.PROTECTED), outbound(60), fits + 1, fits);
    }

    /** ESP in ESP in ESP in ESP in ESP, all for us. */
    static Way loopLimit() {
        return Way.act(
                        1,
                        tunnel -> {
                            byte[] packet = inbound(60);
                            for (int i = 5; i > 0; i--) {
                                packet = tunnel.fromPeer().seal(i, packet);
                            }
                            tunnel.fromWan(packet);
                        })
                .on(s -> s.innerFromPeer = HUB);
    }

    /** Selectors that let everything out of the tunnel that a hub forwards. */
    private static final List<TrafficSelector> HUB =
            List.of(TunnelGateway.selector("0.0.0.0/0", "0.0.0.0/0"));

    /** Six packets in one burst to be looped, for a loop of four: a lane's holds every burst. */
    static Way loopFull() {
        return Way.act(
                        2,
                        tunnel -> {
                            byte[] inner = IpPackets.udp("10.2.0.9", "203.0.113.9", 60);
                            try (Stages stages = new Stages(tunnel.gateway())) {
                                for (int i = 1; i <= 6; i++) {
                                    stages.decrypt(tunnel.fromPeer().seal(i, inner), i);
                                }
                            }
                        })
                .on(s -> s.innerFromPeer = HUB);
    }

    private static final Cable SMALL = Cable.DEFAULT.withRingBytes(256 * 1024);

    static Way transmitFull() {
        return Way.act(
                        100,
                        tunnel -> {
                            int fit = fill(tunnel, 0);
                            assertThat(tunnel.gateway().drops()).isEmpty();
                            fill(tunnel, 100);
                            for (int i = 0; i < fit; i++) {
                                assertThat(tunnel.wan().receive()).isNotNull();
                            }
                            tunnel.fromLan(outbound(1000));
                            assertThat(tunnel.wan().receive()).as("goes on").isNotNull();
                        })
                .on(s -> s.wanCable = SMALL.withLossless(false));
    }

    /** As many packets as a cable of 256 KiB holds, of 1056 bytes and 16 of header each, or n. */
    private static int fill(TunnelGateway tunnel, int n) {
        int count = n > 0 ? n : 256 * 1024 / 1072;
        for (int i = 0; i < count; i++) {
            tunnel.fromLan(outbound(1000));
        }
        return count;
    }

    /** The far end is gone: what is offered to it, and what comes after. */
    static Way portClosed() {
        return Way.act(
                2,
                tunnel -> {
                    tunnel.wan().close();
                    tunnel.fromLan(outbound(60));
                    tunnel.fromLan(outbound(60));
                });
    }

    static Way closingWithFullSink() {
        AtomicLong now = new AtomicLong();
        Clock leaping =
                new Clock() {
                    @Override
                    public long nanoTime() {
                        return now.addAndGet(300_000_000L);
                    }

                    @Override
                    public long epochNanos() {
                        return now.get();
                    }
                };
        return Way.act(
                        32,
                        tunnel -> {
                            fill(tunnel, 0);
                            for (int i = 0; i < 32; i++) {
                                tunnel.lan().send(outbound(1000));
                            }
                            tunnel.gateway().settle();
                            assertThat(tunnel.gateway().drops()).isEmpty();
                            tunnel.gateway().stop();
                        })
                .on(s -> s.wanCable = SMALL)
                .with(b -> b.clock(leaping));
    }
}
