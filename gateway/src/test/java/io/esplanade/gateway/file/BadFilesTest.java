package io.esplanade.gateway.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Each file in {@code bad} is refused with exactly what the {@code .expected} file beside it says:
 * line, column, message and remedy of every problem, in the order of the file.
 */
final class BadFilesTest {

    @TempDir static Path directory;

    @BeforeAll
    static void copyFiles() {
        SampleFiles.copyTo(directory);
    }

    static List<String> files() {
        return SampleFiles.names("bad");
    }

    @ParameterizedTest
    @MethodSource("files")
    void isRefusedWithEveryProblemItsPlaceAndItsRemedy(String name) throws IOException {
        Path file = directory.resolve("bad/" + name + ".yaml");

        assertThat(refusal(file))
                .isEqualTo(
                        Files.readString(directory.resolve("bad/" + name + ".expected")).strip());
    }

    @Test
    void aMissingFileIsOneClearLine() {
        assertThat(refusal(directory.resolve("nowhere.yaml")))
                .isEqualTo(
                        """
                        FILE: error: there is no such file
                            remedy: check the name and the directory\
                        """);
    }

    @Test
    void aDirectoryIsOneClearLine() {
        assertThat(refusal(directory))
                .isEqualTo(
                        """
                        FILE: error: is a directory
                            remedy: name a gateway file inside it\
                        """);
    }

    @Test
    void aHugeFileIsOneClearLine() throws IOException {
        Path file = directory.resolve("huge.yaml");
        Files.write(file, new byte[YamlText.MAX_BYTES + 1]);

        assertThat(refusal(file))
                .isEqualTo(
                        """
                        FILE: error: is larger than 4 MiB: not a gateway file
                            remedy: name a gateway file; captures are named inside it\
                        """);
    }

    @Test
    void anEndlessFileIsRefusedAndNotReadForEver() {
        assertThat(refusal(Path.of("/dev/zero"))).startsWith("FILE: error: is larger than 4 MiB");
    }

    @Test
    void noMessageHoldsADigitOfAKey() throws IOException {
        String secret = "5ec2e75ec2e75ec2e75ec2e7";
        Path file = directory.resolve("secret.yaml");
        Files.writeString(
                file,
                Files.readString(directory.resolve("bad/key-length.yaml"), StandardCharsets.UTF_8)
                        .replace("key: 0x001", "key: \"0x" + secret + "\""));

        assertThat(refusal(file)).contains("key: the key has 12 bytes").doesNotContain(secret);
    }

    /** What is said of a file, with names that differ from run to run replaced. */
    private static String refusal(Path file) {
        RefusedException refused =
                catchThrowableOfType(RefusedException.class, () -> Gateway.load(file).close());
        assertThat(refused).as("%s is refused", file).isNotNull();
        return refused.getMessage()
                .replace(file.toString(), "FILE")
                .replace(directory.toString(), "DIR");
    }
}
