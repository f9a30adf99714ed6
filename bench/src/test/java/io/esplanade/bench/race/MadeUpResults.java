package io.esplanade.bench.race;

import io.esplanade.bench.race.RunResult.Percentile;
import io.esplanade.bench.race.Usage.ThreadUse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Results that nobody measured, to see what the report makes of them. */
public final class MadeUpResults {

    private static final int NANOS = 1_000_000_000;

    private MadeUpResults() {}

    /** A whole race on so many cores, every setting of the plan with plausible figures. */
    public static Results on(int cores, boolean quick) {
        Plan plan = Plan.of(quick, cores);
        List<Heat> heats = new ArrayList<>(Plan.rounds(plan.heats()));
        heats.addAll(Plan.rounds(plan.latencyHeats(2_000_000)));
        Random random = new Random(1);
        Map<Setting, List<RunResult>> runs = new LinkedHashMap<>();
        for (int i = 0; i < heats.size(); i++) {
            for (Setting setting : heats.get(i).settings()) {
                runs.computeIfAbsent(setting, _ -> new ArrayList<>())
                        .add(run(setting, i, 1 + 0.04 * random.nextDouble()));
            }
        }
        List<Outcome> outcomes = new ArrayList<>();
        runs.forEach((setting, mine) -> outcomes.add(new Outcome(setting, mine, List.of())));
        return new Results(machine(cores), outcomes, plan.timing(), quick);
    }

    private static Machine machine(int cores) {
        List<Integer> cpus = new ArrayList<>();
        for (int i = 0; i < cores; i++) {
            cpus.add(i);
        }
        return new Machine(
                "Made-up <CPU> & \"more\"", cpus, cores, "Linux 0", "Debian", "a JVM", 9999);
    }

    /** One run that forwarded what {@link #rate} says, times {@code luck}. */
    static RunResult run(Setting setting, int heat, double luck) {
        long packets = Math.round(rate(setting) * luck);
        int bytes = setting.size().shortest() + 56;
        Map<String, Long> counters = new HashMap<>();
        counters.put("tx-bytes", packets * bytes);
        counters.put("lock-taken", setting.contender() == Contender.PER_CORE ? 0 : packets / 20);
        counters.put("lock-contended", packets / 100 * (setting.threads() - 1));
        counters.put("lock-wait-nanos", packets * 40L * (setting.threads() - 1));
        counters.put("lock-held-nanos", (long) (NANOS * 0.93));
        Map<String, Double> figures = new HashMap<>();
        if (setting.look() == Look.STAGES) {
            double[] costs = {24, 51, 38, 260, 29, 14};
            String[] stages = {"receive", "ingress", "esp", "cipher", "egress", "transmit"};
            for (int i = 0; i < stages.length; i++) {
                figures.put("stage-" + stages[i], costs[i]);
            }
        }
        figures.put("order-violations", 0.0);
        figures.put("lost", 0.0);
        if (setting.look() == Look.WIRE_ORDER) {
            boolean disordered = setting.contender() == Contender.FINE_GRAINED;
            figures.put("wire-packets", (double) packets);
            figures.put("wire-reordered", disordered ? packets * 0.123 : 0);
            figures.put("wire-greatest-extent", disordered ? 211.0 : 0);
        }
        return new RunResult(
                setting,
                heat,
                List.of(new Slice(packets, NANOS), new Slice(packets * 2, NANOS)),
                new Usage(
                        packets,
                        NANOS,
                        List.of(new ThreadUse("lane-0", NANOS - 1000, 0)),
                        counters),
                figures,
                setting.look() == Look.LATENCY ? latency(setting, luck) : List.of(),
                Map.of("provider", "OpenSSL made up"));
    }

    private static double rate(Setting setting) {
        int n = setting.threads();
        double one = 1e9 / (120 + (setting.hasCipher() ? 200 + setting.size().shortest() / 4 : 0));
        return one
                * switch (setting.contender()) {
                    case GIANT_LOCK, GIANT_LOCK_PER_PACKET -> 0.97 / (1 + 0.02 * (n - 1));
                    case FINE_GRAINED, FINE_GRAINED_PER_RUN -> 0.86 * n / (1 + 0.3 * (n - 1));
                    case PER_CORE -> n / (1 + 0.01 * (n - 1));
                    case RINGLESS -> 1.03 * n;
                    case RINGLESS_LOCK -> 0.9;
                    case RINGLESS_REFERENCES, RINGLESS_NUMBERS, RINGLESS_POOL -> 0.8 * n;
                    case HAND_OVER -> n == 1 ? 1 : 0.6;
                    case CIPHER_ALONE -> 1.5 * n / (1 + 0.005 * (n - 1));
                    default -> setting.hasCipher() ? n / (1 + 0.25 * (n - 1)) : 0.7;
                };
    }

    private static List<Percentile> latency(Setting setting, double luck) {
        double[] percents = {50, 90, 99, 99.9, 99.99, 100};
        List<Percentile> latency = new ArrayList<>();
        for (int i = 0; i < percents.length; i++) {
            double spread = Math.pow(2 + setting.contender().ordinal() * 0.4, i);
            double collector = 1 + setting.collector().ordinal() * 0.3;
            latency.add(new Percentile(percents[i], Math.round(4000 * spread * collector * luck)));
        }
        return latency;
    }
}
