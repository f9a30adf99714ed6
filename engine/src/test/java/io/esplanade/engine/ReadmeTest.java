package io.esplanade.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.lmax.disruptor.RingBuffer;

import io.esplanade.ffi.linux.linux;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The README's example is what it says it is. */
class ReadmeTest {

    @TempDir Path folder;

    @Test
    void theExampleCompilesAndPrintsWhatTheReadmeSaysItPrints() throws Exception {
        String readme = Files.readString(readme());
        Path source = Files.writeString(folder.resolve("TwoGateways.java"), block(readme, "java"));
        Path output = folder.resolve("output");

        Process java =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                classPath(Engine.class, RingBuffer.class, linux.class),
                                source.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(java.waitFor(2, TimeUnit.MINUTES)).as("it ends").isTrue();
        } finally {
            java.destroyForcibly();
        }

        assertThat(Files.readString(output)).isEqualTo(block(readme, "text"));
    }

    private static Path readme() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("README.md"))) {
            folder = folder.getParent();
        }
        return folder.resolve("README.md");
    }

    private static String block(String readme, String language) {
        Matcher m = Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$").matcher(readme);
        assertThat(m.find()).as("the README has a block of " + language).isTrue();
        return m.group(1);
    }

    private static String classPath(Class<?>... types) {
        return Stream.of(types)
                .map(type -> place(type).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
