package io.esplanade.gateway.doctor;

import io.esplanade.engine.os.Affinity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The machine and what this process may do on it, as /proc, /sys and /dev have it. */
final class Machine {

    private static final String MACHINE = "machine";
    private static final String PRIVILEGES = "privileges";

    /** What speeds ciphers up, by the flags of /proc/cpuinfo on x86-64 and on aarch64. */
    private static final Map<String, Set<String>> FEATURES = new LinkedHashMap<>();

    static {
        FEATURES.put("AES", Set.of("aes"));
        FEATURES.put("VAES", Set.of("vaes"));
        FEATURES.put("PCLMUL", Set.of("pclmulqdq", "pmull"));
        FEATURES.put("VPCLMUL", Set.of("vpclmulqdq"));
        FEATURES.put("AVX-512", Set.of("avx512f"));
        FEATURES.put("SHA", Set.of("sha_ni", "sha2"));
    }

    // Numbers of linux/capability.h.
    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_NET_RAW = 13;
    private static final int CAP_IPC_LOCK = 14;

    /** Enough for the keys of some 100,000 SAs. */
    private static final long ENOUGH_LOCKED = 16L << 20;

    private final Path root;

    /**
     * @param root of the file system, / but for tests
     */
    Machine(Path root) {
        this.root = root;
    }

    List<Finding> findings() {
        return List.of(
                processor(),
                features(),
                Finding.good(MACHINE, "kernel", first("proc/sys/kernel/osrelease")),
                hugePages(),
                qatDevice(),
                capabilities(),
                lockedMemory(),
                tun());
    }

    boolean has(String feature) {
        List<String> flags = flags();
        return FEATURES.get(feature).stream().anyMatch(flags::contains);
    }

    private Finding processor() {
        int cpus = Affinity.cpus().length;
        String text =
                "%s, %d CPU%s for this process"
                        .formatted(
                                cpuinfo("model name").orElse("unnamed"),
                                cpus,
                                cpus == 1 ? "" : "s");
        return cpus > 1
                ? Finding.good(MACHINE, "processor", text)
                : Finding.lacking(
                        MACHINE,
                        "processor",
                        text,
                        "Give the process a second CPU (taskset, cpuset): a lane and whatever else"
                                + " the machine does take turns on one.");
    }

    private Finding features() {
        List<String> there = FEATURES.keySet().stream().filter(this::has).toList();
        List<String> absent = FEATURES.keySet().stream().filter(f -> !has(f)).toList();
        String text =
                (there.isEmpty() ? "none" : String.join(", ", there))
                        + (absent.isEmpty() ? "" : "; not " + String.join(", ", absent));
        return has("AES")
                ? Finding.good(MACHINE, "for ciphers", text)
                : Finding.lacking(
                        MACHINE,
                        "for ciphers",
                        text,
                        "Use chacha20poly1305 between gateways like this one: without instructions"
                                + " for AES it is the fastest suite that is safe.");
    }

    private Finding hugePages() {
        String modes = first("sys/kernel/mm/transparent_hugepage/enabled");
        String text =
                "transparent: %s; reserved: %s"
                        .formatted(
                                modes.isEmpty() ? "not in this kernel" : modes,
                                first("proc/sys/vm/nr_hugepages"));
        return modes.contains("[never]") || modes.isEmpty()
                ? Finding.lacking(
                        MACHINE,
                        "huge pages",
                        text,
                        "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled: mbufs then lie"
                                + " in huge pages, and lanes wait less for translations.")
                : Finding.good(MACHINE, "huge pages", text);
    }

    private Finding qatDevice() {
        List<String> devices = new ArrayList<>(names("dev", "qat_"));
        names("sys/bus/pci/drivers/4xxx", "0000:").forEach(d -> devices.add("PCI " + d));
        return Finding.good(
                MACHINE,
                "QAT",
                devices.isEmpty() ? "no device" : "devices " + String.join(", ", devices));
    }

    private Finding capabilities() {
        Map<String, Integer> wanted = new LinkedHashMap<>();
        wanted.put("CAP_NET_ADMIN", CAP_NET_ADMIN);
        wanted.put("CAP_NET_RAW", CAP_NET_RAW);
        wanted.put("CAP_IPC_LOCK", CAP_IPC_LOCK);
        List<String> texts = new ArrayList<>();
        wanted.forEach((name, bit) -> texts.add((capable(bit) ? "" : "no ") + name));
        boolean rootUser = status("Uid:").orElse("").startsWith("0\t");
        String text = (rootUser ? "root; " : "not root; ") + String.join(", ", texts);
        return capable(CAP_NET_ADMIN) && capable(CAP_NET_RAW)
                ? Finding.good(PRIVILEGES, "capabilities", text)
                : Finding.lacking(
                        PRIVILEGES,
                        "capabilities",
                        text,
                        "Run as root, or with AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW"
                            + " CAP_IPC_LOCK in a systemd unit, for ports that are interfaces of"
                            + " the system; captures need none of them.");
    }

    private boolean capable(int capability) {
        long effective = Long.parseUnsignedLong(status("CapEff:").orElse("0"), 16);
        return (effective >>> capability & 1) != 0;
    }

    private Finding lockedMemory() {
        boolean privileged = capable(CAP_IPC_LOCK);
        String limit = limit("Max locked memory").orElse("unknown");
        String text =
                privileged
                        ? "any amount (CAP_IPC_LOCK)"
                        : limit + (limit.equals("unlimited") ? "" : " bytes");
        boolean enough =
                privileged || !limit.matches("\\d+") || Long.parseLong(limit) >= ENOUGH_LOCKED;
        return enough
                ? Finding.good(PRIVILEGES, "locked memory", text)
                : Finding.lacking(
                        PRIVILEGES,
                        "locked memory",
                        text,
                        "ulimit -l unlimited, or LimitMEMLOCK=infinity in a systemd unit: with many"
                                + " SAs keys could else be swapped to disk.");
    }

    private Finding tun() {
        Path tun = root.resolve("dev/net/tun");
        boolean usable = Files.isReadable(tun) && Files.isWritable(tun);
        return usable
                ? Finding.good(PRIVILEGES, "/dev/net/tun", "usable")
                : Finding.lacking(
                        PRIVILEGES,
                        "/dev/net/tun",
                        Files.exists(tun) ? "not permitted" : "not there",
                        Files.exists(tun)
                                ? "Open /dev/net/tun to the gateway's user (chmod, or a udev rule)"
                                        + " for TUN interfaces."
                                : "modprobe tun, or give the container the device /dev/net/tun, for"
                                        + " TUN interfaces.");
    }

    private List<String> flags() {
        return cpuinfo("flags")
                .or(() -> cpuinfo("Features"))
                .map(line -> List.of(line.split(" ")))
                .orElse(List.of());
    }

    private Optional<String> cpuinfo(String key) {
        return lines("proc/cpuinfo").stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    private Optional<String> status(String key) {
        return lines("proc/self/status").stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip())
                .findFirst();
    }

    private Optional<String> limit(String name) {
        return lines("proc/self/limits").stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split(" +")[0])
                .findFirst();
    }

    private String first(String file) {
        return lines(file).stream().findFirst().orElse("");
    }

    /** The lines of a file; none where there is no such file, or it cannot be read. */
    List<String> lines(String file) {
        try {
            return Files.readAllLines(root.resolve(file));
        } catch (IOException e) {
            return List.of();
        }
    }

    private List<String> names(String folder, String prefix) {
        try (Stream<Path> entries = Files.list(root.resolve(folder))) {
            return entries.map(e -> e.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
