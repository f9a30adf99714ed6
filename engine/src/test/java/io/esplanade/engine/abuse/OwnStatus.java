package io.esplanade.engine.abuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the kernel says of this process. */
final class OwnStatus {

    private static final Path FILE = Path.of("/proc/self/status");

    private OwnStatus() {}

    /** Resident memory, KiB. */
    static long rss() throws IOException {
        return number("VmRSS:");
    }

    static long threads() throws IOException {
        return number("Threads:");
    }

    private static long number(String field) throws IOException {
        try (Stream<String> lines = Files.lines(FILE)) {
            String line = lines.filter(l -> l.startsWith(field)).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D+", ""));
        }
    }
}
