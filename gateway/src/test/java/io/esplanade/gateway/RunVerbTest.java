package io.esplanade.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.gateway.Verbs.Outcome;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class RunVerbTest {

    @TempDir Path directory;

    @BeforeEach
    void writeWhatTheHostsSend() throws IOException {
        Samples.write(directory.resolve("lan.pcap"), Samples.packets(directory), 1);
    }

    @Test
    void reportsTheStartSaysHowItEndsAndPrintsALastTable() throws Exception {
        Outcome outcome = Verbs.run("run", Samples.a(directory));

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains(
                        "crypto by openssl",
                        "Runs until its captures have been read, or until SIGTERM or SIGINT.",
                        "encrypted-packets",
                        "no mbuf leaked");
    }

    @Test
    void warmsUpFirstIfAsked() throws Exception {
        Outcome outcome = Verbs.run("run", "--warm-up", "1", Samples.a(directory));
        Outcome tooLong = Verbs.run("run", "--warm-up", "61", Samples.a(directory));

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .matches("(?s)warmed up by [0-9,]{3,} packets of aes128gcm16\\ngateway a\\n.*");
        assertThat(tooLong.exitCode()).isEqualTo(Exit.FAILED);
        assertThat(tooLong.err()).contains("--warm-up: 0 to 60 seconds");
    }

    @Test
    void keysOnTheHeapAreRefusedUnlessAllowed() throws Exception {
        Path file = Samples.a(directory);

        Outcome refused = Verbs.run("run", "--provider", "jce", file);
        Outcome allowed = Verbs.run("run", "--provider", "jce", "--allow-heap-keys", file);

        assertThat(refused.exitCode()).isEqualTo(Exit.FAILED);
        assertThat(refused.err()).contains("Java heap", "--allow-heap-keys");
        assertThat(refused.out()).isEmpty();
        assertThat(allowed.exitCode()).isZero();
    }

    @Test
    void jceForOneTunnelIsAskingForItThereAndNotForAll() throws Exception {
        Path file = Samples.a(directory);
        String tunnel = "esp-proposal: aes128gcm16-esn";
        String text = Files.readString(file);
        assertThat(text).contains(tunnel);
        Files.writeString(file, text.replace(tunnel, tunnel + "\n    provider: jce"));

        Outcome there = Verbs.run("run", file);
        Outcome all = Verbs.run("run", "--provider", "jce", file);

        assertThat(there.exitCode()).isZero();
        assertThat(all.exitCode()).isEqualTo(Exit.FAILED);
        assertThat(all.err()).contains("--allow-heap-keys");
    }

    @Test
    void namingJceInTheFileIsAskingForIt() throws Exception {
        Path file = Samples.a(directory);
        Files.writeString(file, Files.readString(file) + "crypto: { provider: jce }\n");

        Outcome outcome = Verbs.run("run", file);

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("crypto by jce");
    }

    @Test
    void aNonceStoreInUseIsRefused() throws Exception {
        Path file = Samples.a(directory);
        try (var store =
                io.esplanade.engine.control.FileNonceStore.open(directory.resolve("a.nonces"))) {
            Outcome outcome = Verbs.run("run", file);

            assertThat(store).isNotNull();
            assertThat(outcome.exitCode()).isEqualTo(Exit.FAILED);
            assertThat(outcome.err()).contains("a.nonces").doesNotContain("\tat ");
        }
    }
}
