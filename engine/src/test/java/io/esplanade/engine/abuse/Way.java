package io.esplanade.engine.abuse;

import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.TunnelGateway;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A way to have packets dropped.
 *
 * @param settings how the gateway differs from the usual one
 * @param act what happens to it
 * @param packets how many packets are to be dropped
 */
record Way(Consumer<TunnelGateway.Settings> settings, Consumer<TunnelGateway> act, long packets) {

    /** These packets from the protected side, each of which is to be dropped. */
    static Way fromLan(byte[]... packets) {
        return send(TunnelGateway::lan, packets);
    }

    /** These packets from the unprotected side, each of which is to be dropped. */
    static Way fromWan(byte[]... packets) {
        return send(TunnelGateway::wan, packets);
    }

    private static Way send(Function<TunnelGateway, MemoryHost> host, byte[]... packets) {
        return act(
                packets.length,
                tunnel -> {
                    for (byte[] packet : packets) {
                        if (!host.apply(tunnel).send(packet)) {
                            throw new AssertionError("the cable is full");
                        }
                    }
                    tunnel.gateway().settle();
                });
    }

    /** Whatever {@code act} does to the usual gateway, in which {@code packets} are dropped. */
    static Way act(long packets, Consumer<TunnelGateway> act) {
        return new Way(settings -> {}, act, packets);
    }

    /** The same on a gateway that differs from the usual one. */
    Way on(Consumer<TunnelGateway.Settings> change) {
        return new Way(settings.andThen(change), act, packets);
    }

    /** The same on a gateway that was built with more. */
    Way with(Consumer<DrivenGateway.Builder> more) {
        return on(s -> s.more = s.more.andThen(more));
    }
}
