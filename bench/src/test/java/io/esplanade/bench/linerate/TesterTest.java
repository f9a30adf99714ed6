package io.esplanade.bench.linerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.esplanade.bench.report.LineRateReport;
import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;
import io.esplanade.bench.text.ProgressLine;
import io.esplanade.engine.Engine;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.Plug;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The tester, and a gateway in this process between its two ports. */
class TesterTest {

    private static final long GATEWAY = 0x02_00_00_00_00_01L;
    private static final long WAN = 0x02_00_00_00_00_02L;
    private static final long SINK = 0x02_00_00_00_00_03L;
    private static final Cable CABLE = Cable.DEFAULT.withLinkType(LinkType.ETHERNET);
    private static final Inet4Address FROM = Inet4Address.ofLiteral("10.1.0.2");
    private static final Inet4Address TO = Inet4Address.ofLiteral("10.2.0.2");
    private static final int FLOWS = 256;
    private static final int FIRST_PORT = 0xc000;

    private final MemoryLink front =
            MemoryLink.between(
                    new Plug("send", Side.PROTECTED, 0x02_00_00_00_00_04L),
                    new Plug("lan", Side.PROTECTED, GATEWAY),
                    CABLE);
    private final MemoryLink back =
            MemoryLink.between(
                    new Plug("wan", Side.UNPROTECTED, WAN),
                    new Plug("receive", Side.PROTECTED, SINK),
                    CABLE);

    private Tester tester;

    @TempDir Path folder;

    @BeforeEach
    void make() throws Exception {
        tester =
                new Tester(
                        front.a(),
                        back.b(),
                        own -> new Frames(GATEWAY, own, FROM, TO, FLOWS),
                        List.of(ProcessHandle.current()));
    }

    @AfterEach
    void close() throws Exception {
        tester.close();
        front.close();
        back.close();
    }

    /** A gateway that lets packets from the first {@code flows} flows pass. */
    private Engine gateway(int flows) throws Exception {
        TrafficSelector those =
                new TrafficSelector(
                        AddressRange.parse("10.1.0.0/16"),
                        AddressRange.parse("10.2.0.0/16"),
                        IpProtocol.UDP,
                        new PortRange(FIRST_PORT, FIRST_PORT + flows - 1),
                        PortRange.ANY);
        Engine engine =
                Engine.builder()
                        .port(front.b())
                        .port(back.a())
                        .route(Route.of("10.2.0.0/16", "wan"))
                        .neighbour("wan", InetAddress.ofLiteral("10.2.0.2"), SINK)
                        .policy(SecurityPolicy.bypass("those", Direction.OUTBOUND, 1, those))
                        .build();
        engine.start();
        return engine;
    }

    @Test
    void countsWhatAGatewayLoses() throws Exception {
        try (Engine gateway = gateway(FLOWS * 3 / 4)) {
            Trial trial = tester.run(PacketSize.IMIX, 50_000, 200);
            assertThat(trial.sent()).isGreaterThan(FLOWS);
            assertThat(trial.received())
                    .isEqualTo(trial.sent() - gateway.snapshot().drops(DropReason.NO_POLICY));
            assertThat(trial.loss()).isCloseTo(0.25, within(0.05));
            assertThat(trial.reordered()).isZero();
            assertThat(trial.duplicates()).isZero();
        }
    }

    @Test
    void sendsAtTheRateThatItIsAskedForAndTimesEveryPacket() throws Exception {
        try (Engine _ = gateway(FLOWS)) {
            Trial trial = tester.run(PacketSize.B64, 10_000, 300);
            assertThat(trial.perSecond()).isBetween(1_000.0, 10_100.0);
            assertThat(trial.received()).isEqualTo(trial.sent());
            assertThat(trial.latency().getTotalCount()).isEqualTo(trial.received());
            assertThat(trial.microseconds(50)).isPositive();
        }
    }

    @Test
    void aReportSaysWhatWasFound() throws Exception {
        JsonObject found;
        ProgressLine quiet =
                new ProgressLine(new PrintStream(OutputStream.nullOutputStream()), false);
        try (Engine _ = gateway(FLOWS)) {
            Measurement measurement = Measurement.of(tester, PacketSize.B512, 5_000, 50, quiet);
            Map<String, Object> machine = Json.object("cpu", "this one", "cores", 2);
            found =
                    JsonObject.read(
                            Json.line(
                                    Json.object(
                                            "label",
                                            "per-core",
                                            "machine",
                                            machine,
                                            "measurements",
                                            List.of(measurement.toMap()))));
        }
        String page = Files.readString(new LineRateReport(List.of(found)).write(folder));
        assertThat(page).contains("per-core", "512 B", "this one, 2 cores");
        assertThat(folder.resolve("line-rate.svg")).exists();
        assertThat(Files.readString(folder.resolve("line-rate.json"))).contains("no-loss");
    }
}
