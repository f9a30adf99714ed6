package io.esplanade.bench;

import io.esplanade.bench.hostile.Cost;
import io.esplanade.bench.hostile.Flood;
import io.esplanade.bench.lanes.Lanes;
import io.esplanade.engine.Engine;
import io.esplanade.engine.os.Affinity;
import io.esplanade.engine.os.Clock;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.logging.Level;
import java.util.logging.Logger;

/** {@code esplanade bench hostile}. */
@Command(
        name = "hostile",
        header = "Measures what bad packets cost, and floods a gateway with them.",
        synopsisHeading = "%nUsage: ",
        descriptionHeading = "%n",
        description = {
            "First the cost: good and bad packets take turns of some ms on one decrypting lane,"
                    + " memory to memory. Figures are medians of CPU time per packet; the ratio is"
                    + " the median of those within a round, with quartiles, and must not exceed"
                    + " what stands beside it.",
            "",
            "Then the flood: good packets at 40%% of the greatest rate, each with a bad one behind"
                    + " it, from a ring as long as a card's; no good one may be lost. Time is the"
                    + " CPU time of the lane's thread, so that nothing is lost for want of a CPU;"
                    + " with --wall, which wants a machine without other work, it is the clock's.",
            "",
            "Takes a minute; do nothing else on the machine meanwhile. Ends with 1 if a bad packet"
                    + " costs too much or a good one was lost."
        },
        optionListHeading = "%nOptions:%n")
final class BenchHostile extends BenchVerb {

    private static final List<Integer> SIZES = List.of(64, 512, 1400);
    private static final String COSTS = "%5s  %-14s %7s %7s  %-22s %6s%n";
    private static final String FLOODS = "%5s  %-14s %9s %9s %9s %8s %9s %7s %8s%n";

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            defaultValue = "openssl",
            description = "openssl or ipsec-mb. Default: ${DEFAULT-VALUE}.")
    private String provider;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            split = ",",
            defaultValue = "64,512,1400",
            description = "Of the inner packet: 64, 512, 1400.")
    private List<Integer> sizes;

    @Option(
            names = "--millis",
            paramLabel = "MS",
            defaultValue = "2000",
            description = "How long costs are measured. Default: ${DEFAULT-VALUE}.")
    private int millis;

    @Option(
            names = "--packets",
            paramLabel = "NUMBER",
            defaultValue = "524288",
            description =
                    "Good packets of a flood, a multiple of 32, sealed ahead in memory; 0 for no"
                            + " flood. Default: ${DEFAULT-VALUE}.")
    private int packets;

    @Option(
            names = "--ring",
            paramLabel = "NUMBER",
            defaultValue = "4096",
            description = "How many packets wait at most. Default: ${DEFAULT-VALUE}.")
    private int ring;

    @Option(names = "--wall", description = "Let packets arrive by the clock on the wall.")
    private boolean wall;

    /** It would say a lot. */
    private static final Logger AUDIT = Logger.getLogger(Engine.AUDIT_LOG);

    private boolean good = true;

    @Override
    public Integer call() throws Exception {
        requireProvider(provider);
        require(SIZES.containsAll(sizes), "--size: there are " + SIZES);
        require(millis >= 0, "--millis: at least 0");
        require(packets >= 0 && packets % 32 == 0, "--packets: a multiple of 32");
        require(ring > 0, "--ring: at least 1");
        if (millis > 0) {
            onThreadOfItsOwn(this::costs);
        }
        AUDIT.setLevel(Level.OFF);
        if (packets > 0) {
            flood();
        }
        return good ? 0 : 1;
    }

    private Void costs() throws Exception {
        print(COSTS, "bytes", "bad packet", "good ns", "bad ns", "ratio", "at most");
        for (int size : sizes) {
            for (Cost.Result r : Cost.measure(provider, size, Lanes.MBUFS, millis)) {
                good &= r.isCheapEnough();
                print(
                        COSTS,
                        size,
                        r.label(),
                        text("%.1f", r.good().median()),
                        text("%.1f", r.bad().median()),
                        text(
                                "%.3f (%.3f to %.3f)",
                                r.ratio().median(), r.ratio().low(), r.ratio().high()),
                        Double.isNaN(r.most()) ? "" : text("%.2f", r.most()));
            }
        }
        System.out.println();
        return null;
    }

    /** On the last CPU: the JIT and the collector have the others. */
    private static void onThreadOfItsOwn(Callable<Void> work) throws Exception {
        FutureTask<Void> task = new FutureTask<>(work);
        Thread.ofPlatform()
                .start(
                        () -> {
                            int[] cpus = Affinity.cpus();
                            Affinity.pin(cpus[cpus.length - 1]);
                            task.run();
                        });
        task.get();
    }

    private void flood() throws Exception {
        print(
                FLOODS,
                "bytes",
                "bad packets",
                "good/s",
                "lost",
                "in ring",
                "pause ms",
                "dropped",
                "mbufs",
                "MiB more");
        for (int size : sizes) {
            Clock clock = wall ? Clock.system() : Flood.LANE_TIME;
            try (Flood flood = new Flood(provider, size, packets, ring, clock)) {
                flood.run(r -> print(size, r));
            }
        }
    }

    private void print(int size, Flood.Result r) {
        good &= r.lost() == 0;
        print(
                FLOODS,
                size,
                r.bad(),
                text("%.0f", r.perSecond()),
                r.lost(),
                r.inRing(),
                text("%.2f", r.pause() / 1e6),
                r.dropped(),
                r.mbufs(),
                r.grown() >> 20);
    }

    private static void print(String format, Object... columns) {
        System.out.printf(format, columns);
    }

    private static String text(String format, Object... figures) {
        return String.format(Locale.ROOT, format, figures);
    }
}
