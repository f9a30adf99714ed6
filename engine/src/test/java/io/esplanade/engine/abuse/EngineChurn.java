package io.esplanade.engine.abuse;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.mbuf.MbufLedger;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.TunnelGateway;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Opens, uses and closes one pair of engines after the other, and prints what the process has every
 * now and then: RSS in KiB, descriptors, threads and mappings. Arguments: how many pairs, and after
 * how many to print each time.
 */
final class EngineChurn {

    private static final Cable CABLE = Cable.DEFAULT.withRingBytes(256 * 1024);
    private static final int PACKETS = 5;

    private EngineChurn() {}

    public static void main(String[] args) throws IOException {
        int pairs = Integer.parseInt(args[0]);
        int step = Integer.parseInt(args[1]);
        for (int i = 1; i <= pairs; i++) {
            openUseAndClose();
            if (i % step == 0) {
                System.gc();
                System.out.println(
                        OwnStatus.rss()
                                + " "
                                + count(Path.of("/proc/self/fd"))
                                + " "
                                + OwnStatus.threads()
                                + " "
                                + Files.readAllLines(Path.of("/proc/self/maps")).size());
            }
        }
    }

    private static void openUseAndClose() throws IOException {
        MemoryHost inside = MemoryHost.on(Plug.of("lan", Side.PROTECTED), CABLE);
        MemoryHost behind = MemoryHost.on(Plug.of("lan", Side.PROTECTED), CABLE);
        MemoryLink link =
                MemoryLink.between(
                        Plug.of("wan", Side.UNPROTECTED), Plug.of("wan", Side.UNPROTECTED), CABLE);
        EspPackets esp =
                new EspPackets(
                        TunnelGateway.US,
                        TunnelGateway.PEER,
                        TunnelGateway.SPI_OUT,
                        TunnelGateway.key(700),
                        true);
        Engine a = engine(inside.port(), link.a(), "10.1.0.0/16", true, esp);
        Engine b = engine(behind.port(), link.b(), "10.2.0.0/16", false, esp);
        a.start();
        b.start();
        byte[] packet = TunnelGateway.outbound(400);
        for (int i = 0; i < PACKETS; i++) {
            inside.send(packet);
        }
        for (int received = 0; received < PACKETS; ) {
            byte[] out = behind.receive();
            if (out == null) {
                Thread.onSpinWait();
            } else if (Arrays.equals(packet, 20, 400, out, 20, 400)) {
                received++;
            }
        }
        a.close();
        b.close();
        inside.close();
        behind.close();
        for (Engine engine : new Engine[] {a, b}) {
            if (engine.snapshot().mbufsInUse() != 0) {
                throw new AssertionError(MbufLedger.verdict(engine.snapshot().mbufs()));
            }
        }
    }

    private static Engine engine(
            Port lan, Port wan, String local, boolean outbound, EspPackets esp) {
        EngineBuilder builder = Engine.builder().mbufs(256).largeMbufs(1).port(lan).port(wan);
        builder.route(Route.of(local, "lan")).route(Route.of("0.0.0.0/0", "wan"));
        TunnelGateway.policies().forEach(builder::policy);
        SecurityAssociation.Builder sa =
                SecurityAssociation.builder("peer")
                        .spi(esp.spi())
                        .from(InetAddress.ofLiteral(esp.source()))
                        .to(InetAddress.ofLiteral(esp.destination()))
                        .origin(KeyOrigin.STATIC_UNSAFE)
                        .key(esp.keyMaterial());
        return builder.sa(
                        (outbound
                                        ? sa.outbound()
                                        : sa.inbound()
                                                .selectors(
                                                        List.of(
                                                                TunnelGateway.selector(
                                                                        "10.1.0.0/16",
                                                                        "10.2.0.0/16"))))
                                .build())
                .build();
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.count();
        }
    }
}
