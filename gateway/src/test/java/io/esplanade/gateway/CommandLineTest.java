package io.esplanade.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.gateway.Verbs.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

final class CommandLineTest {

    @TempDir Path directory;

    @Test
    void theHelpTeachesWhatToTryFirstByExampleAndInItsTerms() {
        Outcome outcome = Verbs.run("--help");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("Try first:", "esplanade demo", "local-ts:", "Terms:", "nonce store")
                .contains("od -An -v -tx1 | tr -d ' \\n'")
                .doesNotContain("%");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void theGatewayFileInTheHelpIsSound() throws Exception {
        String help = Verbs.run("--help").out();
        String file =
                help.substring(help.indexOf("  name: a"), help.indexOf("  Every key"))
                        .stripIndent()
                        .replace("key-file: a-to-b.key", "key: \"" + "01".repeat(20) + "\"")
                        .replace("key-file: b-to-a.key", "key: \"" + "02".repeat(20) + "\"");
        Samples.write(directory.resolve("in.pcap"), Samples.packets(directory), 1);

        Outcome outcome =
                Verbs.run("check", Files.writeString(directory.resolve("help.yaml"), file));

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "demo", "pcap", "version"})
    void everyVerbHasHelp(String verb) {
        Outcome outcome = Verbs.run(verb, "--help");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("Usage: esplanade " + verb);
    }

    @Test
    void noVerbIsAUsageErrorAnsweredByTheHelp() {
        Outcome outcome = Verbs.run();

        assertThat(outcome.exitCode()).isEqualTo(Exit.USAGE);
        assertThat(outcome.err()).contains("Try first:");
        assertThat(outcome.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcpa", "check", "check --nonsense a.yaml", "demo --repeat many"})
    void aWrongCommandLineIsAUsageError(String line) {
        Outcome outcome = Verbs.run((Object[]) line.split(" "));

        assertThat(outcome.exitCode()).isEqualTo(Exit.USAGE);
        assertThat(outcome.err()).doesNotContain("\tat ");
    }

    @Test
    void anUnknownVerbNamesTheOneThatWasMeant() {
        assertThat(Verbs.run("pcpa").err()).contains("Did you mean: esplanade pcap?");
    }

    @Test
    void checkSaysWhatASoundFileMakes() throws Exception {
        Samples.write(directory.resolve("lan.pcap"), Samples.packets(directory), 1);

        Outcome outcome = Verbs.run("check", Samples.a(directory));

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("gateway a is sound", "tunnel to-b: 192.0.2.1 to 192.0.2.2");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void checkRefusesOnStandardErrorWithoutAStackTrace() throws Exception {
        Path file = Samples.a(directory); // without the capture that it reads

        Outcome outcome = Verbs.run("check", file);

        assertThat(outcome.exitCode()).isEqualTo(Exit.FAILED);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith(file + ":4:45: error: read: there is no capture")
                .contains("    remedy: ")
                .doesNotContain("\tat ");
    }

    @Test
    void debugShowsTheStackTraceToo() {
        Outcome outcome = Verbs.run("check", "--debug", directory.resolve("none.yaml"));

        assertThat(outcome.exitCode()).isEqualTo(Exit.FAILED);
        assertThat(outcome.err()).contains("RefusedException", "\tat io.esplanade.gateway");
    }

    @Test
    void versionNamesTheJdkAndTheLibcryptoFound() {
        Outcome outcome = Verbs.run("version");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("esplanade ", "JDK       25", "openssl   OpenSSL 3.", "jce ");
    }

    @Test
    void aMistakeOfOursHasAnExitCodeOfItsOwnAndAsksForAReport() {
        StringWriter err = new StringWriter();
        PrintWriter broken =
                new PrintWriter(new StringWriter()) {
                    @Override
                    public void println(String line) {
                        throw new IllegalStateException("broken");
                    }
                };

        int exitCode =
                Main.run(
                        new Console(broken, new PrintWriter(err), false),
                        Termination.byRequest(),
                        "version");

        assertThat(exitCode).isEqualTo(Exit.INTERNAL);
        assertThat(err.toString())
                .contains("internal error: java.lang.IllegalStateException: broken", "--debug")
                .doesNotContain("\tat ");
    }
}
