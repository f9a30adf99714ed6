package io.esplanade.gateway.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** The gateway files under the test resources, copied to where keys can have their modes. */
final class SampleFiles {

    private static final String KEPT_OPEN = "open.key";

    private SampleFiles() {}

    /** The names of the files in a folder, without their ending. */
    static List<String> names(String folder) {
        try (Stream<Path> files = Files.list(source().resolve(folder))) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.substring(0, name.length() - ".yaml".length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies everything to {@code directory}; key files get mode 0600, all but one. */
    static void copyTo(Path directory) {
        try (Stream<Path> files = Files.walk(source())) {
            for (Path file : files.toList()) {
                Path copy = directory.resolve(source().relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                    restrict(copy);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void restrict(Path file) throws IOException {
        boolean secret = file.toString().endsWith(".key") && !file.endsWith(KEPT_OPEN);
        Files.setPosixFilePermissions(
                file, PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--"));
    }

    private static Path source() {
        try {
            return Path.of(SampleFiles.class.getResource("good").toURI()).getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
