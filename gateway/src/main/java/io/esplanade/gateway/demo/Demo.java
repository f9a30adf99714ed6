package io.esplanade.gateway.demo;

import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.os.Clock;
import io.esplanade.gateway.view.ProgressLine;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** One demo: sends the traffic through both gateways, as often as told. One thread, the pump. */
final class Demo {

    private static final long STALL = Duration.ofSeconds(10).toNanos();
    private static final long IDLE = Duration.ofNanos(20_000).toNanos();

    private final Path directory;
    private final Schedule schedule;
    private final Clock clock = Clock.system();
    private final List<Tunnel> tunnels = Tunnel.all();

    /**
     * @param directory where files are left
     * @param schedule how often or how long
     */
    Demo(Path directory, Schedule schedule) {
        this.directory = directory;
        this.schedule = schedule;
    }

    /** How long the demo goes on: whole passes, whichever limit is reached last. */
    record Schedule(long passes, Duration time) {}

    DemoResult run(ProgressLine progress) throws IOException {
        try {
            return runThere(progress);
        } catch (FileSystemException e) {
            throw e; // names its file
        } catch (IOException e) {
            throw new IOException(directory + ": " + e.getMessage(), e);
        }
    }

    private DemoResult runThere(ProgressLine progress) throws IOException {
        Files.createDirectories(directory);
        Traffic traffic = Traffic.unpackTo(directory.resolve("traffic.pcap"));
        DemoGateway a = new DemoGateway("A", tunnels);
        try (a) {
            DemoGateway b = new DemoGateway("B", tunnels.stream().map(Tunnel::reversed).toList());
            try (b) {
                a.start();
                b.start();
                return run(traffic, a, b, progress);
            }
        }
    }

    private DemoResult run(Traffic traffic, DemoGateway a, DemoGateway b, ProgressLine progress)
            throws IOException {
        Wire wire = new Wire(a, b, traffic);
        List<Flow> flows =
                List.of(
                        new Flow("A to B", traffic.fromA(), a.hosts(), b.hosts()),
                        new Flow("B to A", traffic.fromB(), b.hosts(), a.hosts()));
        Pump pump = new Pump(wire, flows, a, b);
        long start = clock.nanoTime();
        long passes = pump.run(progress);
        long elapsed = clock.nanoTime() - start;
        DemoResult.Cost costOfA = pump.costOf(a);
        DemoResult.Cost costOfB = pump.costOf(b);
        a.close();
        b.close();

        Path capture = directory.resolve("esp.pcap");
        wire.record(capture);
        Wireshark.configure(directory, tunnels);
        return new DemoResult(
                traffic,
                passes,
                elapsed,
                List.of(
                        new DemoResult.Side("A", a.snapshot(), costOfA),
                        new DemoResult.Side("B", b.snapshot(), costOfB)),
                Proof.of(traffic, flows, wire, capture, new EspDecoder(tunnels)));
    }

    /** Moves packets between hosts, gateways and wire until all have arrived. */
    private final class Pump {
        private final Wire wire;
        private final List<Flow> flows;
        private final DemoGateway a;
        private final DemoGateway b;
        private Snapshot warmA;
        private Snapshot warmB;
        private long passes = 1;

        Pump(Wire wire, List<Flow> flows, DemoGateway a, DemoGateway b) {
            this.wire = wire;
            this.flows = flows;
            this.a = a;
            this.b = b;
            warmA = a.snapshot();
            warmB = b.snapshot();
        }

        /** The number of passes. */
        long run(ProgressLine progress) {
            long start = clock.nanoTime();
            long moved = start;
            boolean warm = false;
            for (long now = start; now - moved < STALL; now = clock.nanoTime()) {
                if (turn() > 0) {
                    moved = now;
                } else {
                    LockSupport.parkNanos(IDLE);
                }
                if (!warm && isHalf(now - start)) {
                    warm = true;
                    warmA = a.snapshot();
                    warmB = b.snapshot();
                }
                if (progress.due(now)) {
                    progress.show(line());
                }
                if (!flows.stream().allMatch(f -> f.hasSent(passes))) {
                    continue;
                }
                if (isOver(now - start)) {
                    if (flows.stream().allMatch(Flow::hasArrived)) {
                        break;
                    }
                } else {
                    passes++;
                }
            }
            return passes;
        }

        private int turn() {
            int work = wire.carry();
            for (Flow flow : flows) {
                work += flow.receive();
                work += flow.send(passes);
            }
            return work;
        }

        private boolean isOver(long elapsed) {
            return passes >= schedule.passes() && elapsed >= schedule.time().toNanos();
        }

        /**
         * Whether the second half begins, which alone is measured: the JIT has compiled by then.
         */
        private boolean isHalf(long elapsed) {
            return passes > schedule.passes() / 2 && elapsed >= schedule.time().toNanos() / 2;
        }

        DemoResult.Cost costOf(DemoGateway gateway) {
            Snapshot before = gateway == a ? warmA : warmB;
            Snapshot now = gateway.snapshot();
            return new DemoResult.Cost(
                    now.counter(Counter.RX_PACKETS) - before.counter(Counter.RX_PACKETS),
                    now.laneCpuNanos() - before.laneCpuNanos());
        }

        private String line() {
            return "pass %,d: %,d packets in, %,d through the tunnels, %,d out and compared"
                    .formatted(
                            passes,
                            flows.stream().mapToLong(Flow::sent).sum(),
                            wire.packets(),
                            flows.stream().mapToLong(Flow::received).sum());
        }
    }
}
