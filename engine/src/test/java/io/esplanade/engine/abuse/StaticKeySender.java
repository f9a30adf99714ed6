package io.esplanade.engine.abuse;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.control.FileNonceStore;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.port.pcap.PcapPortFactory;
import io.esplanade.engine.testing.TunnelGateway;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;

/**
 * Sends under a static key, by way of an engine whose outside is a capture, until it is killed; or
 * says {@code refused:} and why. Arguments: the nonce store, the capture, an SPI.
 */
final class StaticKeySender {

    /** Packets from one line of output, which says how many are in the capture, to the next. */
    static final int STEP = 1000;

    private StaticKeySender() {}

    public static void main(String[] args) throws IOException {
        try (FileNonceStore store = FileNonceStore.open(Path.of(args[0]))) {
            send(store, args[1], Integer.decode(args[2]));
        } catch (IOException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }

    private static void send(FileNonceStore store, String capture, int spi) {
        MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
        EngineBuilder builder =
                Engine.builder()
                        .nonceStore(store)
                        .port(lan.port())
                        .port(
                                new PcapPortFactory()
                                        .create(
                                                new PortSpec(
                                                        "wan",
                                                        PcapPortFactory.TYPE,
                                                        Side.UNPROTECTED,
                                                        0,
                                                        Map.of("write", capture))))
                        .route(Route.of("0.0.0.0/0", "wan"))
                        .sa(sa(spi));
        TunnelGateway.policies().forEach(builder::policy);
        try (Engine engine = builder.build()) {
            engine.start();
            byte[] packet = TunnelGateway.outbound(60);
            for (long sent = 1; ; sent++) {
                while (!lan.send(packet)) {
                    Thread.onSpinWait();
                }
                if (sent % STEP == 0) {
                    System.out.println(engine.snapshot().counter(Counter.TX_PACKETS));
                }
            }
        }
    }

    /** The same key and salt always; without ESN blocks of numbers are smaller. */
    static SecurityAssociation sa(int spi) {
        return SecurityAssociation.builder("peer")
                .outbound()
                .spi(spi)
                .from(InetAddress.ofLiteral(TunnelGateway.US))
                .to(InetAddress.ofLiteral(TunnelGateway.PEER))
                .origin(KeyOrigin.STATIC)
                .esn(false)
                .key(KeyMaterial.takeFrom(TunnelGateway.key(900)))
                .build();
    }
}
