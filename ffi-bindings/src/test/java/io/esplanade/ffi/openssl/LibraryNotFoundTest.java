package io.esplanade.ffi.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Which libcrypto a process takes, and what it says without one. */
class LibraryNotFoundTest {
    private static final String VARIABLE = "ESPLANADE_LIBCRYPTO";
    private static final String REMEDY =
            "Install OpenSSL 3 (apt-get install libssl3), or set ESPLANADE_LIBCRYPTO to the file"
                    + " of a libcrypto.so.3";

    enum From {
        MODULE_PATH,
        CLASS_PATH
    }

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource
    void theLibraryIsFoundByItsSoname(From from) throws Exception {
        assertThat(load(from, Map.of())).contains(": OpenSSL 3.");
        assertThat(load(from, Map.of(VARIABLE, ""))).contains(": OpenSSL 3.");
    }

    @ParameterizedTest
    @EnumSource
    void aChosenFileThatIsNotThereIsNamedAndNothingElseIsTried(From from) throws Exception {
        assertThat(load(from, Map.of(VARIABLE, "/no/such/libcrypto.so.3")))
                .contains("no libcrypto 3.x")
                .contains("tried /no/such/libcrypto.so.3 (")
                .contains("No such file or directory")
                .contains(REMEDY)
                .doesNotContain("; libcrypto.so")
                .doesNotContain("OpenSSL 3.0");
    }

    @ParameterizedTest
    @EnumSource
    void withoutAnyEachNameThatWasTriedIsSaid(From from) throws Exception {
        // What the dynamic linker finds first is no library.
        Files.writeString(folder.resolve("libcrypto.so.3"), "no ELF");
        Files.writeString(folder.resolve("libcrypto.so"), "no ELF");
        assertThat(load(from, Map.of("LD_LIBRARY_PATH", folder.toString())))
                .contains("tried libcrypto.so.3 (")
                .contains("; libcrypto.so (")
                .contains(folder + "/libcrypto.so.3: file too short")
                .contains(REMEDY);
    }

    @Test
    void aLibraryOfSomethingElseIsRefused() throws Exception {
        assertThat(load(From.CLASS_PATH, Map.of(VARIABLE, "libc.so.6")))
                .contains("tried libc.so.6 (is no OpenSSL 3: it has no OPENSSL_version_major)");
    }

    @Test
    void anotherVersionIsRefused() throws Exception {
        Path library = folder.resolve("libcrypto.so.4");
        Path source = folder.resolve("four.c");
        Files.writeString(source, "unsigned OPENSSL_version_major(void) { return 4; }\n");
        assumeTrue(compile(source, library), "there is no C compiler");
        assertThat(load(From.CLASS_PATH, Map.of(VARIABLE, library.toString())))
                .contains("tried " + library + " (is OpenSSL 4)");
    }

    @Test
    void aChosenFileIsTheOneThatIsUsed() throws Exception {
        Path installed = libraryOf(load());
        Path copy = Files.copy(installed, folder.resolve("chosen.so"));
        assertThat(load(From.CLASS_PATH, Map.of(VARIABLE, copy.toString())))
                .contains(": OpenSSL 3.");
    }

    /** This process's own libcrypto. */
    private static List<String> load() throws IOException {
        Libcrypto.load();
        return Files.readAllLines(Path.of("/proc/self/maps"));
    }

    private static Path libraryOf(List<String> maps) {
        return maps.stream()
                .filter(line -> line.contains("/libcrypto.so"))
                .map(line -> Path.of(line.substring(line.indexOf('/'))))
                .findFirst()
                .orElseThrow();
    }

    private static boolean compile(Path source, Path library) throws Exception {
        try {
            var cc = List.of("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString());
            return new ProcessBuilder(cc).inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String load(From from, Map<String, String> environment) throws Exception {
        String main = LoadLibcrypto.class.getName();
        String classes = place(Libcrypto.class);
        String tests = place(LoadLibcrypto.class);
        var command = new ArrayList<>(List.of(java(), "-Xshare:auto", "-XX:+UseSerialGC"));
        command.addAll(
                switch (from) {
                    case MODULE_PATH ->
                            List.of(
                                    "--enable-native-access=io.esplanade.ffi",
                                    "--module-path=" + classes,
                                    "--patch-module=io.esplanade.ffi=" + tests,
                                    "--module=io.esplanade.ffi/" + main);
                    case CLASS_PATH ->
                            List.of(
                                    "--enable-native-access=ALL-UNNAMED",
                                    "--class-path=" + classes + ":" + tests,
                                    main);
                });
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of(VARIABLE, "LD_LIBRARY_PATH"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output;
        try (var stream = process.getInputStream()) {
            output = new String(stream.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output)
                .as("one line, and no stack trace")
                .doesNotContain("\n")
                .startsWith(from == From.MODULE_PATH ? "module path: " : "class path: ");
        return output;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String place(Class<?> type) throws Exception {
        String file = type.getName().replace('.', '/') + ".class";
        Path path = Path.of("target/classes", file);
        return path.toFile().exists() ? "target/classes" : "target/test-classes";
    }
}
