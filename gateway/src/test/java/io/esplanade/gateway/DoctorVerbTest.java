package io.esplanade.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.gateway.Verbs.Outcome;
import io.esplanade.gateway.file.Providers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

final class DoctorVerbTest {

    @TempDir Path directory;

    @Test
    void thePageFitsAHundredColumnsAndNamesMachinePrivilegesProvidersSuitesAndAdvice()
            throws Exception {
        Outcome outcome = Verbs.run("doctor", "--quick");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out().lines()).allMatch(line -> line.length() <= 100);
        assertThat(outcome.out())
                .contains(
                        "machine\n", "processor", "privileges\n", "locked memory", "cryptography\n")
                .contains(Providers.names())
                .contains("libcrypto.so", "aes128gcm16        MUST     * openssl", "\nadvice\n");
    }

    @Test
    void jsonHasEverySuiteThatRfc8221WantsWithTheProviderThatWillServeItAndItsSpeed()
            throws Exception {
        Outcome outcome = Verbs.run("doctor", "--quick", "--json");

        Map<?, ?> json =
                (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(outcome.out());
        List<?> suites = (List<?>) json.get("suites");
        List<Map<?, ?>> serving =
                suites.stream()
                        .<Map<?, ?>>map(s -> (Map<?, ?>) s)
                        .filter(s -> s.get("serves").equals(true))
                        .toList();
        assertThat(serving)
                .extracting(s -> (Object) s.get("suite"))
                .contains("aes128gcm16", "aes256gcm16", "chacha20poly1305", "aes128-sha256")
                .doesNotContain("3des-sha1", "aes192gcm16");
        assertThat(serving)
                .allSatisfy(
                        s -> {
                            assertThat(s.get("provider")).isEqualTo("openssl");
                            assertThat(s.get("implementation")).isEqualTo("default");
                            double small = nanos(s, "64");
                            assertThat(small).isBetween(5.0, 1e6);
                            assertThat(nanos(s, "1400")).isGreaterThan(small);
                        });
    }

    private static double nanos(Map<?, ?> suite, String size) {
        Map<?, ?> of = (Map<?, ?>) ((Map<?, ?>) suite.get("sizes")).get(size);
        return ((Number) of.get("nanos-per-packet")).doubleValue();
    }

    @Test
    void theProviderOfAGatewayFileIsTheOneThatWillServe() throws Exception {
        Path file = Samples.a(directory);
        Files.writeString(file, Files.readString(file) + "crypto: { provider: jce }\n");
        Samples.write(directory.resolve("lan.pcap"), Samples.packets(directory), 1);

        Outcome outcome = Verbs.run("doctor", "--quick", file);

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("* jce");
    }
}
