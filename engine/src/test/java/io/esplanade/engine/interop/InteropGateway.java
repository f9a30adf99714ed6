package io.esplanade.engine.interop;

import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.DrivenGateway;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** A driven gateway with tunnels, and hosts on both sides. */
final class InteropGateway implements AutoCloseable {

    private static final Cable WAN = Cable.DEFAULT.withMtu(1600);

    final MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
    final MemoryHost wan = MemoryHost.on(Plug.of("wan", Side.UNPROTECTED), WAN);
    final DrivenGateway gateway;

    /**
     * @param firstSequence of each tunnel, both ways
     */
    InteropGateway(ToLongFunction<Tunnel> firstSequence) {
        this(Tunnel.ALL, firstSequence);
    }

    InteropGateway(List<Tunnel> tunnels, ToLongFunction<Tunnel> firstSequence) {
        DrivenGateway.Builder builder =
                DrivenGateway.builder()
                        .port(lan.port())
                        .port(wan.port())
                        .route("10.1.0.0/16", "lan")
                        .route("fd01::/32", "lan")
                        .route("0.0.0.0/0", "wan")
                        .route("::/0", "wan");
        for (Tunnel tunnel : tunnels) {
            for (Direction direction : Direction.values()) {
                builder.sa(tunnel.sa(direction, firstSequence.applyAsLong(tunnel)));
            }
            tunnel.policies().forEach(builder::policy);
        }
        gateway = builder.build();
    }

    /** Sends a packet to one port and answers what came out of the other. */
    static List<byte[]> through(
            DrivenGateway gateway, MemoryHost in, byte[] packet, MemoryHost out) {
        if (!in.send(packet)) {
            throw new AssertionError("the cable is full");
        }
        gateway.settle();
        List<byte[]> sent = new ArrayList<>();
        for (byte[] p = out.receive(); p != null; p = out.receive()) {
            sent.add(p);
        }
        return sent;
    }

    List<byte[]> outwards(byte[] packet) {
        return through(gateway, lan, packet, wan);
    }

    List<byte[]> inwards(byte[] packet) {
        return through(gateway, wan, packet, lan);
    }

    @Override
    public void close() {
        lan.close();
        wan.close();
        gateway.close();
    }
}
