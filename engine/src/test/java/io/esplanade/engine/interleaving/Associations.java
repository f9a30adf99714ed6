package io.esplanade.engine.interleaving;

import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.testing.NullEsp;
import io.esplanade.engine.testing.TunnelGateway;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The peers' ends of the gateway's SAs. */
final class Associations {

    static final String GATEWAY = "192.0.2.1";

    /** The number of a packet that will not be sent. */
    static final long NEVER = Long.MAX_VALUE;

    private Associations() {}

    static String peer(int tunnel) {
        return "192.0.2." + (10 + tunnel);
    }

    static String network(int tunnel) {
        return "10.%d.0.0/16".formatted(2 + tunnel);
    }

    static String host(int tunnel, int number) {
        return "10.%d.0.%d".formatted(2 + tunnel, number);
    }

    /** What has gone out on an SA of the gateway. */
    static final class Outbound {
        final String name;
        final NullEsp esp;
        long removed = NEVER; // the first packet that may not come out of it any more
        private long last;

        Outbound(int tunnel, int spi, boolean esn, long first) {
            name = "out-%d-%x".formatted(tunnel, spi);
            esp = new NullEsp(GATEWAY, peer(tunnel), spi, TunnelGateway.key(spi), esn);
            last = first - 1;
        }

        SecurityAssociation association(int tunnel) {
            return sa(name, tunnel, esp).outbound().initialSequence(last + 1).build();
        }

        /** Takes the inner packet out of one that the gateway has sent, whose number is new. */
        byte[] open(byte[] packet) {
            int ahead = NullEsp.low(packet) - (int) last;
            if (ahead <= 0) {
                throw new AssertionError(
                        name + ": number " + NullEsp.low(packet) + " came behind " + last);
            }
            last += ahead;
            return esp.open(last, packet);
        }
    }

    /** What a peer sends on an SA of its own. */
    static final class Inbound {
        final String name;
        final NullEsp esp;
        final ReplayModel model;
        final List<Flow> flows = new ArrayList<>();
        private final HostileNumbers hostile;
        private final long first;

        Inbound(int tunnel, int spi, Plan plan, SplittableRandom random) {
            name = "in-%d-%x".formatted(tunnel, spi);
            esp = new NullEsp(peer(tunnel), GATEWAY, spi, TunnelGateway.key(spi), plan.esn());
            first = plan.first();
            model = new ReplayModel(plan.window(), first);
            hostile = new HostileNumbers(model, plan.esn() ? -1L : 0xffff_ffffL, random);
        }

        SecurityAssociation association(int tunnel) {
            return sa(name, tunnel, esp)
                    .inbound()
                    .initialSequence(first)
                    .replayWindow(model.size())
                    .selectors(List.of(TunnelGateway.selector(network(tunnel), "10.0.0.0/8")))
                    .build();
        }

        long next() {
            return model.top() + 1;
        }

        long hostile() {
            return hostile.next();
        }
    }

    private static SecurityAssociation.Builder sa(String name, int tunnel, NullEsp esp) {
        return SecurityAssociation.builder(name)
                .tunnel("tunnel-" + tunnel)
                .spi(esp.spi())
                .from(InetAddress.ofLiteral(esp.source()))
                .to(InetAddress.ofLiteral(esp.destination()))
                .key(esp.keyMaterial())
                .esn(esp.esn())
                .origin(KeyOrigin.STATIC_UNSAFE);
    }
}
