package io.esplanade.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where the classes are that tests run. */
public final class ClassPath {

    private ClassPath() {}

    /** The class path, copied into a directory so that every user may read it. */
    public static String readableByAll(Path directory) throws IOException {
        Path copies = Files.createDirectory(directory.resolve("classes"));
        List<String> result = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path source = Path.of(entry);
            String name = Integer.toString(result.size());
            if (Files.isDirectory(source)) {
                copy(source, copies.resolve(name));
                result.add(copies.resolve(name).toString());
            } else if (Files.exists(source)) {
                Files.copy(source, copies.resolve(name + ".jar"));
                result.add(copies.resolve(name + ".jar").toString());
            }
        }
        Process open = new ProcessBuilder("chmod", "-R", "a+rX", copies.toString()).start();
        assertThat(open.onExit().join().exitValue()).isZero();
        return String.join(File.pathSeparator, result);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }
}
