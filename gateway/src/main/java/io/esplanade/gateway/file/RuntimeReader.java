package io.esplanade.gateway.file;

import io.esplanade.engine.os.Affinity;
import io.esplanade.engine.os.IdleStrategy;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.LockScope;
import io.esplanade.engine.runtime.config.RuntimeConfig.Numbering;
import io.esplanade.engine.runtime.config.RuntimeConfig.PerCore;
import io.esplanade.engine.runtime.config.RuntimeConfig.Placement;
import io.esplanade.engine.runtime.config.RuntimeConfig.Threading;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the section {@code runtime}: what moves the packets, and on which threads. */
final class RuntimeReader {

    private static final String PER_CORE = "per-core";
    private static final String GIANT_LOCK = "giant-lock";
    private static final String FINE_GRAINED = "fine-grained";

    /** The modes, with the keys that each of them has alone. */
    private static final Map<String, List<String>> MODES = new LinkedHashMap<>();

    static {
        MODES.put(PER_CORE, List.of("lanes", "workers", "placement", "threading"));
        MODES.put(GIANT_LOCK, List.of("threads", "lock"));
        MODES.put(FINE_GRAINED, List.of("threads", "numbering"));
    }

    private final Problems problems;

    RuntimeReader(Problems problems) {
        this.problems = problems;
    }

    /** What the section says; where it is wrong, or not there, the default. */
    RuntimeConfig read(Optional<Fields> section) {
        return section.map(this::read).orElse(RuntimeConfig.DEFAULT);
    }

    private RuntimeConfig read(Fields runtime) {
        runtime.refuseOthers(Vocabulary.RUNTIME);
        Optional<At<String>> mode = runtime.word("mode", MODES.keySet());
        if (runtime.has("mode") && mode.isEmpty()) {
            return RuntimeConfig.DEFAULT; // without its mode nothing is known of its keys
        }
        String name = mode.map(At::value).orElse(PER_CORE);
        refuseKeysOfOtherModes(runtime, name);
        IdleStrategy idle = word(runtime, "idle", IdleStrategy.BACKOFF);
        RuntimeConfig config =
                switch (name) {
                    case GIANT_LOCK ->
                            RuntimeConfig.giantLock(number(runtime, "threads"))
                                    .withScope(word(runtime, "lock", LockScope.DRAIN))
                                    .withIdle(idle);
                    case FINE_GRAINED ->
                            RuntimeConfig.fineGrained(number(runtime, "threads"))
                                    .withNumbering(word(runtime, "numbering", Numbering.PER_PACKET))
                                    .withIdle(idle);
                    default -> perCore(runtime).withIdle(idle);
                };
        return withCpus(runtime, config);
    }

    private PerCore perCore(Fields runtime) {
        return RuntimeConfig.perCore(number(runtime, "lanes"))
                .withWorkers(number(runtime, "workers"))
                .withPlacement(word(runtime, "placement", Placement.AUTO))
                .withThreading(word(runtime, "threading", Threading.GROUPED));
    }

    private void refuseKeysOfOtherModes(Fields runtime, String mode) {
        MODES.forEach(
                (other, keys) -> {
                    for (String key : keys) {
                        if (runtime.has(key) && !MODES.get(mode).contains(key)) {
                            problems.error(
                                    runtime.position(key),
                                    "'%s' is no key of mode %s".formatted(key, mode),
                                    "use %s, or mode: %s"
                                            .formatted(
                                                    String.join(", ", MODES.get(mode)),
                                                    modes(key)));
                        }
                    }
                });
    }

    /** The modes that have this key. */
    private static String modes(String key) {
        return String.join(
                " or ", MODES.keySet().stream().filter(m -> MODES.get(m).contains(key)).toList());
    }

    private static int number(Fields runtime, String key) {
        return runtime.integer(key, 1, RuntimeConfig.MOST_THREADS).map(At::value).orElse(1);
    }

    /** One of an enum's constants, by its name as files have it. */
    private static <E extends Enum<E>> E word(Fields runtime, String key, E otherwise) {
        Map<String, E> words = new LinkedHashMap<>();
        for (E constant : otherwise.getDeclaringClass().getEnumConstants()) {
            words.put(Literals.keyword(constant), constant);
        }
        return runtime.word(key, words.keySet())
                .map(word -> words.get(word.value()))
                .orElse(otherwise);
    }

    private RuntimeConfig withCpus(Fields runtime, RuntimeConfig config) {
        warnOfSpinning(runtime, config);
        List<At<Integer>> cpus = runtime.values("cpus", RuntimeReader::cpu);
        long before = problems.errors();
        checkCpus(cpus);
        if (!cpus.isEmpty() && cpus.size() != config.threads()) {
            problems.error(
                    runtime.position("cpus"),
                    "there are %d threads and %d cpus".formatted(config.threads(), cpus.size()),
                    "name a CPU for each thread, or leave cpus out");
        }
        if (problems.errors() > before) {
            return config;
        }
        List<Integer> numbers = cpus.stream().map(At::value).toList();
        return switch (config) {
            case RuntimeConfig.GiantLock giant -> giant.withCpus(numbers);
            case RuntimeConfig.FineGrained fine -> fine.withCpus(numbers);
            case PerCore perCore -> perCore.withCpus(numbers);
            case RuntimeConfig.Stepped stepped -> stepped;
        };
    }

    private static int cpu(String text) {
        BigInteger number = Literals.number(text);
        if (number.signum() < 0 || number.bitLength() >= Integer.SIZE) {
            throw new Wrong(text + " is out of range", "use the numbers that lscpu shows");
        }
        return number.intValue();
    }

    private void checkCpus(List<At<Integer>> cpus) {
        int[] allowed = Affinity.cpus();
        Set<Integer> seen = new HashSet<>();
        for (At<Integer> cpu : cpus) {
            if (Arrays.binarySearch(allowed, cpu.value()) < 0) {
                problems.error(
                        cpu.position(),
                        "cpus: there is no CPU %s that this process may use".formatted(cpu),
                        "use " + Affinity.list(allowed));
            } else if (!seen.add(cpu.value())) {
                problems.warning(
                        cpu.position(),
                        "cpus: CPU %s is named twice: its threads take turns".formatted(cpu),
                        "name another, or use fewer threads");
            }
        }
    }

    private void warnOfSpinning(Fields runtime, RuntimeConfig config) {
        int cpus = Affinity.cpus().length;
        if (config.idle() == IdleStrategy.BUSY_SPIN && config.threads() > cpus) {
            problems.warning(
                    runtime.position("idle"),
                    "%d threads that spin on %d CPUs keep each other from working"
                            .formatted(config.threads(), cpus),
                    "use no more threads than CPUs, or idle: backoff");
        }
    }
}
