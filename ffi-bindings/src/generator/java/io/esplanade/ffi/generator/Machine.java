package io.esplanade.ffi.generator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What this machine has for reading headers. */
final class Machine {
    /** The remedy for a header that is not there. */
    static final String HEADERS = "apt-get install libssl-dev libc6-dev linux-libc-dev";

    private static final List<String> LIBRARY_FOLDERS =
            List.of(
                    "/usr/lib/x86_64-linux-gnu",
                    "/usr/lib/aarch64-linux-gnu",
                    "/usr/lib64",
                    "/usr/lib");

    private Machine() {}

    /**
     * The file that the environment variable LIBCLANG names, or else the newest libclang.
     *
     * @throws GeneratorException.Missing when there is none
     */
    static Path libclang() throws IOException {
        String chosen = System.getenv("LIBCLANG");
        if (chosen != null) {
            return Path.of(chosen);
        }
        for (String folder : LIBRARY_FOLDERS) {
            Optional<Path> found = newestLibclang(Path.of(folder));
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new GeneratorException.Missing("no libclang: apt-get install libclang1");
    }

    private static Optional<Path> newestLibclang(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches("libclang(-\\d+)?\\.so.*"))
                    .max(Comparator.naturalOrder());
        }
    }

    /**
     * The folder of stddef.h and the like, which come with a compiler and not with libclang.
     *
     * @throws GeneratorException.Missing when there is no compiler
     */
    static Path compilerHeaders() throws IOException {
        Process process;
        try {
            process = new ProcessBuilder("cc", "-print-file-name=include").start();
        } catch (IOException e) {
            throw new GeneratorException.Missing("no cc: apt-get install gcc");
        }
        try (var output = process.getInputStream()) {
            return Path.of(new String(output.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }
}
