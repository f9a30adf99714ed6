package io.esplanade.engine.abuse;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;
import io.esplanade.engine.testing.TwoGateways;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Ways to have packets dropped between lanes. */
final class LaneWays {

    private static final int HAND_OVER_RING = 1024;

    private LaneWays() {}

    /** Packets of the second lane's SA come in at the first, while the second stands still. */
    static Way handOverFull() {
        return Way.act(
                        7,
                        tunnel -> {
                            secondTunnel(tunnel);
                            byte[] packet = IpPackets.udp("10.1.0.5", "10.9.0.5", 60);
                            for (int i = 0; i < HAND_OVER_RING + 7; i++) {
                                tunnel.lan().send(packet);
                                tunnel.gateway().cycle(0);
                            }
                            tunnel.gateway().settle();
                        })
                .with(b -> b.runtime(RuntimeConfig.perCore(2)).mbufs(4096, 0));
    }

    /** The second tunnel of a gateway is its second lane's. */
    private static void secondTunnel(TunnelGateway tunnel) {
        SecurityPolicy policy =
                SecurityPolicy.protect(
                        "second",
                        Direction.OUTBOUND,
                        1,
                        TunnelGateway.selector("10.1.0.0/16", "10.9.0.0/16"),
                        "second");
        tunnel.gateway()
                .apply(
                        List.of(
                                new Command.AddSa(
                                        TwoGateways.sa("second", 1, TwoGateways.newKey())
                                                .tunnel("second")
                                                .outbound()
                                                .build(),
                                        new CompletableFuture<>()),
                                new Command.AddPolicy(policy, new CompletableFuture<>())));
    }
}
