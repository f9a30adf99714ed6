package io.esplanade.ffi.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.ffi.generator.Model.Constant;
import io.esplanade.ffi.generator.Model.Function;
import io.esplanade.ffi.generator.Model.Group;
import io.esplanade.ffi.generator.Model.Scalar;
import io.esplanade.ffi.generator.Model.Type;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the generator refuses, and what its check notices. Headers are read by the build's check.
 */
class BindingsTest {
    private static final Type INT = new Type("int", "C_INT", "int");
    private static final Path STRUCT = Path.of("src/main/generated/org/sample/pair.java");

    @TempDir Path folder;
    private Path module;

    @BeforeEach
    void makeModule() throws IOException {
        module = Files.createDirectory(folder.resolve("module"));
    }

    @Test
    void whatWasWrittenIsWhatTheCheckExpects() throws IOException {
        bindings("Sample 1.0", 8).write(module);
        var comparison = bindings("Sample 1.0", 8).compare(module);
        assertThat(comparison.differences()).isEmpty();
        assertThat(comparison.recorded()).isEqualTo("Sample 1.0");
    }

    @Test
    void aChangedValueIsNoticedInJavaAndInC() throws IOException {
        bindings("Sample 1.0", 8).write(module);
        assertThat(bindings("Sample 1.0", 9).compare(module).differences())
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).contains("has 'return 8;', not 'return 9;'"))
                .anySatisfy(
                        line -> assertThat(line).contains("native/src/main/generated/sample.c"));
    }

    @Test
    void otherHeadersAreNoDifferenceOfThemselves() throws IOException {
        bindings("Sample 1.0", 8).write(module);
        var comparison = bindings("Sample 2.0", 8).compare(module);
        assertThat(comparison.differences()).isEmpty();
        assertThat(comparison.recorded()).isEqualTo("Sample 1.0");
        assertThat(comparison.found()).isEqualTo("Sample 2.0");
    }

    @Test
    void whatIsGeneratedNoLongerIsNoticedAndRemoved() throws IOException {
        bindings("Sample 1.0", 8).write(module);
        Path stray = module.resolve(STRUCT).resolveSibling("triple.java");
        Files.writeString(stray, "class triple {}");
        assertThat(bindings("Sample 1.0", 8).compare(module).differences())
                .singleElement()
                .asString()
                .endsWith("triple.java is generated no longer");

        bindings("Sample 1.0", 8).write(module);
        assertThat(stray).doesNotExist();
    }

    @Test
    void whatIsMissingIsNoticed() throws IOException {
        bindings("Sample 1.0", 8).write(module);
        Files.delete(module.resolve(STRUCT));
        assertThat(bindings("Sample 1.0", 8).compare(module).differences())
                .containsExactly(STRUCT + " is missing");
    }

    @Test
    void theAssertionsRestateEveryBinding() {
        assertThat(
                        bindings("Sample 1.0", 8)
                                .files()
                                .get(Path.of("../native/src/main/generated/sample.c")))
                .contains("#include <sample.h>")
                .contains("_Static_assert((long long) (SIZE) == 8LL, \"SIZE\");")
                .contains("__builtin_types_compatible_p(__typeof__(size), int (void))")
                .contains("_Static_assert(sizeof(struct pair) == 8,")
                .contains("_Static_assert(offsetof(struct pair, second) == 4,");
    }

    @Test
    void theDirectivesAreCommentsToJextract() throws IOException {
        var arguments =
                arguments(
                        "#@ version Sample MAJOR MINOR",
                        "#@ errno-class Calls",
                        "#@ errno open int",
                        "# a comment",
                        "-t org.sample --header-class-name sample # another",
                        "-D _GNU_SOURCE -I include -l :libsample.so",
                        "--include-struct pair",
                        "<sample.h>");
        assertThat(arguments.versions()).containsEntry("Sample", List.of("MAJOR", "MINOR"));
        assertThat(arguments.errnoFunctions()).containsExactly(List.of("open", "int"));
        assertThat(arguments.compilerArguments()).containsExactly("-D_GNU_SOURCE", "-Iinclude");
        assertThat(arguments.groups()).containsExactly("pair");
        assertThat(arguments.headers()).containsExactly("<sample.h>");
    }

    @Test
    void aMistakeInTheArgumentsIsNamed() {
        assertThatThrownBy(() -> arguments("--include-fnuction open"))
                .hasMessageContaining("unknown option: --include-fnuction");
        assertThatThrownBy(() -> arguments("#@ errnoo open"))
                .hasMessageContaining("unknown directive: errnoo");
        assertThatThrownBy(() -> arguments("--include-function open --include-function open"))
                .hasMessageContaining("included twice: open");
        assertThatThrownBy(() -> arguments("--include-function open"))
                .hasMessageContaining("-t, --header-class-name and a header are needed");
    }

    private Arguments arguments(String... lines) throws IOException {
        return Arguments.read(Files.write(folder.resolve("sample.args"), List.of(lines)));
    }

    private Bindings bindings(String version, long size) {
        try {
            var arguments = arguments("-t org.sample --header-class-name sample <sample.h>");
            var words = version.split(" ");
            return Bindings.of(
                    arguments,
                    new Model(
                            Map.of(words[0], words[1]),
                            List.of(new Constant("SIZE", INT, size)),
                            List.of(
                                    new Function(
                                            "size",
                                            INT,
                                            List.of(),
                                            false,
                                            "int size()",
                                            "int (void)")),
                            List.of(
                                    new Group(
                                            "pair",
                                            false,
                                            8,
                                            4,
                                            List.of(
                                                    new Scalar("first", 0, 4, INT),
                                                    new Scalar("second", 4, 4, INT))))));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
