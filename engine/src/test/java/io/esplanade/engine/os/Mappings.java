package io.esplanade.engine.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This process's memory mappings, as the kernel lists them. */
public final class Mappings {

    /** Wipe on fork: the JVM asks for no mapping with this flag. */
    private static final String OURS = "wf";

    private record Mapping(long first, long end, List<String> flags) {}

    private Mappings() {}

    /**
     * The two-letter flags of the mapping that holds {@code address}, proc(5); none if none does.
     */
    public static List<String> flags(long address) throws IOException {
        return all().stream()
                .filter(m -> m.first <= address && address < m.end)
                .findFirst()
                .map(Mapping::flags)
                .orElse(List.of());
    }

    /** Whether {@code address} is in a mapping made by {@link Region}. */
    public static boolean isOurs(long address) throws IOException {
        return flags(address).contains(OURS);
    }

    /** Bytes mapped by all {@link Region}s together. */
    public static long ourBytes() throws IOException {
        return all().stream()
                .filter(m -> m.flags.contains(OURS))
                .mapToLong(m -> m.end - m.first)
                .sum();
    }

    /** Bytes mapped by whomever. */
    static long allBytes() throws IOException {
        return all().stream().mapToLong(m -> m.end - m.first).sum();
    }

    private static List<Mapping> all() throws IOException {
        List<Mapping> mappings = new ArrayList<>();
        String[] range = {};
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                range = line.substring(0, line.indexOf(' ')).split("-");
            } else if (line.startsWith("VmFlags:")) {
                mappings.add(
                        new Mapping(
                                Long.parseUnsignedLong(range[0], 16),
                                Long.parseUnsignedLong(range[1], 16),
                                List.of(line.substring(8).strip().split(" "))));
            }
        }
        return mappings;
    }
}
