package io.esplanade.engine.interop.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.IpFragments;

import java.util.ArrayList;
import java.util.List;

/**
 * A gateway and the peer at the two ends of a {@link Tunnel}. The gateway's host sends and receives
 * IP packets; between the ends, the test carries every frame.
 */
final class Bed implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 60_000;
    private static final Cable LAN = Cable.DEFAULT.withMtu(LinuxPeer.MTU);

    final DrivenGateway gateway;
    private final MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), LAN);
    private final MemoryHost wan;
    private final LinuxPeer peer;
    private final XfrmCounters before;

    private Bed(
            LinuxPeer peer,
            Tunnel tunnel,
            List<SecurityAssociation> ours,
            List<SecurityAssociation> theirs,
            int mtu) {
        this.peer = peer;
        wan =
                MemoryHost.on(
                        new Plug("wan", Side.UNPROTECTED, LinuxPeer.GATEWAY_MAC),
                        LAN.withLinkType(LinkType.ETHERNET).withMtu(mtu));
        String link = "link set eth0 mtu %d\n".formatted(mtu);
        before = XfrmCounters.parse(peer.console().run(setUp(link + tunnel.batch(theirs))));
        peer.wire().clear(); // a test that failed may have left something
        DrivenGateway.Builder builder =
                DrivenGateway.builder().port(lan.port()).port(wan.port()).mbufs(256, 64);
        for (boolean ipv6 : new boolean[] {false, true}) {
            builder.route(Ends.GATEWAY.network(ipv6), "lan")
                    .route(Ends.GATEWAY.outer(ipv6), "lan")
                    .route(ipv6 ? "::/0" : "0.0.0.0/0", "wan")
                    .neighbour(1, Ends.PEER.outer(ipv6), LinuxPeer.MAC);
        }
        ours.forEach(builder::sa);
        tunnel.policies().forEach(builder::policy);
        gateway = builder.build();
    }

    static Bed of(LinuxPeer peer, Tunnel tunnel) {
        return of(peer, tunnel, LinuxPeer.MTU);
    }

    /**
     * @param mtu of the wire
     */
    static Bed of(LinuxPeer peer, Tunnel tunnel, int mtu) {
        List<SecurityAssociation> sas = tunnel.sas();
        return new Bed(peer, tunnel, sas, sas, mtu);
    }

    /** Ends that agree on all but the keys. */
    static Bed withOtherKeys(LinuxPeer peer, Tunnel tunnel) {
        return new Bed(peer, tunnel, tunnel.sas(), tunnel.sas(), LinuxPeer.MTU);
    }

    private static String setUp(String batch) {
        return "set -e\nip -batch - <<END\n%s\nEND\n%s".formatted(batch, XfrmCounters.SCRIPT);
    }

    PeerConsole console() {
        return peer.console();
    }

    /** What the gateway puts on the wire for a packet of its host. */
    List<byte[]> outwards(byte[] packet) {
        return through(lan, packet, wan);
    }

    /** What the gateway's host gets for a frame on the wire. */
    List<byte[]> inwards(byte[] frame) {
        return through(wan, frame, lan);
    }

    private List<byte[]> through(MemoryHost in, byte[] packet, MemoryHost out) {
        assertThat(in.send(packet)).isTrue();
        gateway.settle();
        List<byte[]> packets = new ArrayList<>();
        for (byte[] p = out.receive(); p != null; p = out.receive()) {
            packets.add(p);
        }
        return packets;
    }

    /** Puts a frame on the peer's end of the wire. */
    void toPeer(byte[] frame) {
        peer.wire().send(frame);
    }

    /** The next frame from the peer, which must come. */
    byte[] fromPeer() {
        byte[] frame = peer.wire().receive(PATIENCE_MILLIS);
        if (frame == null) {
            throw new AssertionError("nothing comes from the peer, which counts " + counters());
        }
        return frame;
    }

    /** Requests as the gateway puts them on the wire. */
    List<byte[]> requests(List<Echo> echoes) {
        return echoes.stream().flatMap(e -> outwards(e.request()).stream()).toList();
    }

    /** Answers as the peer puts them on the wire. */
    List<byte[]> answers(List<Echo> echoes) {
        requests(echoes).forEach(this::toPeer);
        return echoes.stream().map(e -> fromPeer()).toList();
    }

    /** Proves that an answer comes from the peer and through the gateway. */
    void expect(Echo echo) {
        byte[] frame = fromPeer();
        List<byte[]> packets = inwards(frame);
        assertThat(packets).as("with %s", gateway.drops()).isNotEmpty();
        echo.assertAnsweredBy(packets);
    }

    /** Sends all there and proves that all comes back, each family in order. */
    void exchange(List<Echo> echoes) {
        List<byte[]> received = new ArrayList<>();
        for (byte[] frame : answers(echoes)) {
            received.addAll(inwards(frame));
        }
        assertThat(received).as("with %s", gateway.drops()).hasSameSizeAs(echoes);
        Echo.assertAllAnswered(echoes, received);
    }

    /** Sends one there and proves that all of it comes back, whole or in fragments. */
    void exchangeInPieces(Echo echo) {
        outwards(echo.request()).forEach(this::toPeer);
        List<byte[]> pieces = new ArrayList<>();
        byte[] whole = null;
        while (whole == null) {
            pieces.addAll(inwards(fromPeer()));
            whole = IpFragments.join(pieces);
        }
        echo.assertAnsweredBy(List.of(whole));
    }

    /** What the peer has counted since this was set up. */
    XfrmCounters counters() {
        return XfrmCounters.parse(peer.console().run(XfrmCounters.SCRIPT)).since(before);
    }

    /** Proves that either end counted so many packets each way, and nothing else. */
    void assertNothingWentWrong(int packets) {
        XfrmCounters counted = counters();
        assertThat(counted.stat()).isEmpty();
        for (int spi : new int[] {Tunnel.OUTBOUND_SPI, Tunnel.INBOUND_SPI}) {
            XfrmCounters.Sa sa = counted.sas().get(spi);
            assertThat(sa.packets()).isEqualTo(packets);
            assertThat(sa.replayWindow() + sa.replay() + sa.failed()).isZero();
        }
        assertThat(gateway.drops()).isEmpty();
    }

    @Override
    public void close() {
        lan.close();
        wan.close();
        gateway.close();
    }
}
