package io.esplanade.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** How the C library comes out of the jar, and what is said when it does not. */
@Tag("classpath")
class NativeLibraryTest {

    private static final String HERE = System.getProperty("os.arch");
    private static final String FUNCTION = "esplanade_openssl_submit";

    @TempDir Path folder;

    private NativeLibrary find(Map<String, String> environment) {
        return NativeLibrary.find(Map.of(), environment, HERE, folder);
    }

    /** Built with a C compiler: without, there is nothing to extract. */
    private static void assumeBuilt() {
        String name = "/io/esplanade/engine/native/" + HERE + "/libesplanade.so";
        assumeTrue(NativeLibrary.class.getResource(name) != null, "built without a C compiler");
    }

    @Test
    void itIsFoundInTheJarAndLoaded() {
        assumeBuilt();

        NativeLibrary library = find(Map.of());

        assertThat(library.absence()).isEmpty();
        assertThat(library.function(FUNCTION)).isPresent();
        assertThat(library.function("esplanade_no_such")).isEmpty();
    }

    @Test
    void oneOfAnotherBuildIsRefusedAndNotCalled() {
        SymbolLookup system = Linker.nativeLinker().defaultLookup();
        SymbolLookup other = name -> system.find("getpid").filter(_ -> name.contains("layouts"));

        for (SymbolLookup library : List.of(system, other)) { // without the number, with another
            assertThatThrownBy(() -> NativeLibrary.refuseOtherLayouts(library))
                    .isInstanceOf(NativeLibraryException.class)
                    .hasMessageContaining("not of the same build as its Java classes")
                    .hasMessageContaining("mvn clean package");
        }
    }

    @Test
    void theSettingSaysWhereItIsExtractedAndThePropertyComesFirst() throws IOException {
        assumeBuilt();
        Path a = Files.createDirectory(folder.resolve("a"));
        Path b = Files.createDirectory(folder.resolve("b"));

        find(Map.of("ESPLANADE_NATIVE_DIR", a.toString()));
        NativeLibrary.find(
                Map.of("esplanade.native.dir", b.toString()),
                Map.of("ESPLANADE_NATIVE_DIR", "/no/such"),
                HERE,
                folder);

        assertThat(contents(a)).hasSize(1);
        assertThat(contents(b)).hasSize(1);
        assertThat(contents(folder)).containsExactlyInAnyOrder(a, b);
    }

    @Test
    void turnedOffNothingIsExtractedAndItSaysSo() throws IOException {
        NativeLibrary library = find(Map.of("ESPLANADE_NATIVE", "off"));

        assertThat(library.absence()).contains("turned off by esplanade.native");
        assertThat(library.function(FUNCTION)).isEqualTo(Optional.empty());
        assertThat(contents(folder)).isEmpty();
        assertThatThrownBy(() -> find(Map.of("ESPLANADE_NATIVE", "of")))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("ESPLANADE_NATIVE")
                .hasMessageContaining("on or off, not 'of'");
    }

    @Test
    void onAnotherMachineThereIsNoneAndItSaysSo() {
        NativeLibrary library = NativeLibrary.find(Map.of(), Map.of(), "riscv64", folder);

        assertThat(library.absence()).contains("not in this build for riscv64");
        assertThat(library.function(FUNCTION)).isEmpty();
    }

    @Test
    void aDirectoryThatIsNotThereIsAnErrorThatNamesTheSettings() {
        assumeBuilt();

        assertThatThrownBy(() -> find(Map.of("ESPLANADE_NATIVE_DIR", "/no/such")))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("/no/such")
                .hasMessageContaining("Set ESPLANADE_NATIVE_DIR (or -Desplanade.native.dir) to")
                .hasMessageContaining("ESPLANADE_NATIVE=off");
    }

    @Test
    void aFileSystemMountedNoexecIsAnErrorThatNamesTheSettings() throws IOException {
        assumeBuilt();
        Optional<Path> noexec = writableNoexec();
        assumeTrue(noexec.isPresent(), "no file system here is mounted noexec and may be written");
        Path chosen = Files.createTempDirectory(noexec.get(), "esplanade-test-");
        try {
            assertThatThrownBy(() -> find(Map.of("ESPLANADE_NATIVE_DIR", chosen.toString())))
                    .isInstanceOf(NativeLibraryException.class)
                    .hasMessageContaining(chosen.toString())
                    .hasMessageContaining("failed to map segment")
                    .hasMessageContaining("Set ESPLANADE_NATIVE_DIR");
        } finally {
            delete(chosen);
        }
    }

    private static Optional<Path> writableNoexec() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" "))
                .filter(f -> List.of(f[3].split(",")).containsAll(List.of("rw", "noexec")))
                .filter(f -> f[2].equals("tmpfs"))
                .map(f -> Path.of(f[1]))
                .filter(Files::isWritable)
                .findFirst();
    }

    private static List<Path> contents(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }
}
