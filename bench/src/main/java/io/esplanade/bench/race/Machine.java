package io.esplanade.bench.race;

import com.sun.management.OperatingSystemMXBean;

import io.esplanade.bench.text.Json;
import io.esplanade.engine.os.Affinity;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the race runs on.
 *
 * @param cpus the CPUs of the race, one of each core before the second of any
 * @param cores how many different cores these are
 * @param freeMegabytes memory that programs may still use
 */
public record Machine(
        String cpu,
        List<Integer> cpus,
        int cores,
        String kernel,
        String system,
        String jvm,
        long freeMegabytes) {

    private static final Path CPUS = Path.of("/sys/devices/system/cpu");

    /** This machine, as far as this process may use it. */
    public static Machine here() {
        Map<String, List<Integer>> byCore = new LinkedHashMap<>();
        for (int cpu : Affinity.cpus()) {
            Path siblings = CPUS.resolve("cpu" + cpu + "/topology/thread_siblings_list");
            byCore.computeIfAbsent(text(siblings, "" + cpu), _ -> new ArrayList<>()).add(cpu);
        }
        List<Integer> cpus = new ArrayList<>();
        for (int i = 0; cpus.size() < byCore.values().stream().mapToInt(List::size).sum(); i++) {
            int sibling = i;
            byCore.values().stream()
                    .filter(c -> c.size() > sibling)
                    .forEach(c -> cpus.add(c.get(sibling)));
        }
        return new Machine(
                value(Path.of("/proc/cpuinfo"), "model name", ":"),
                List.copyOf(cpus),
                byCore.size(),
                "Linux " + System.getProperty("os.version"),
                value(Path.of("/etc/os-release"), "PRETTY_NAME", "=").replace("\"", ""),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                availableMegabytes());
    }

    /** What the kernel could give without swapping, but no more than a container's limit. */
    private static long availableMegabytes() {
        String available = value(Path.of("/proc/meminfo"), "MemAvailable", ":").split(" ")[0];
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long limit = system.getTotalMemorySize() >> 20;
        return available.equals("unknown")
                ? limit
                : Math.min(limit, Long.parseLong(available) >> 10);
    }

    private static String value(Path file, String key, String separator) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(l -> l.startsWith(key))
                    .map(l -> l.substring(l.indexOf(separator) + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String text(Path file, String otherwise) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return otherwise;
        }
    }

    public Map<String, Object> toMap() {
        return Json.object(
                "cpu", cpu,
                "cpus", cpus,
                "cores", cores,
                "kernel", kernel,
                "system", system,
                "jvm", jvm,
                "freeMegabytes", freeMegabytes);
    }
}
