package io.esplanade.gateway.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

final class GoodFilesTest {

    @TempDir static Path directory;

    @BeforeAll
    static void copyFiles() {
        SampleFiles.copyTo(directory);
    }

    static List<String> files() {
        return SampleFiles.names("good");
    }

    @ParameterizedTest
    @MethodSource("files")
    void passesWithoutWarningAndMakesAnEngine(String name) throws Exception {
        try (Gateway gateway = load(name);
                Assembly assembly = gateway.assemble();
                Engine engine = assembly.builder().build()) {
            assertThat(gateway.warnings()).isEmpty();
            assertThat(engine.name()).isEqualTo(gateway.name());
        }
    }

    @Test
    void theSummarySaysWhatTheFileMakes() throws Exception {
        try (Gateway gateway = load("a")) {
            assertThat(gateway.summary())
                    .containsExactly(
                            "port lan: protected, MTU 1400",
                            "port wan: unprotected, MTU 1500",
                            "route 10.1.0.0/24 dev lan",
                            "route fd00:1::/64 dev lan",
                            "route 0.0.0.0/0 via 192.0.2.2 dev wan",
                            "route ::/0 via 2001:db8::2 dev wan",
                            "tunnel to-b: 192.0.2.1 to 192.0.2.2, aes128gcm16 with ESN, 4 policies,"
                                    + " inner packets up to 1446 bytes over IPv4",
                            "3 policies beside those of tunnels",
                            "runtime per-core: 1 lane of 1 worker on 1 thread");
        }
    }

    @Test
    void theEngineHasTheSasOfTheFile() throws Exception {
        try (Gateway gateway = load("laboratory");
                Assembly assembly = gateway.assemble();
                Engine engine = assembly.builder().build()) {
            assertThat(engine.snapshot().sas())
                    .extracting(sa -> sa.name() + " %08x".formatted(sa.spi()))
                    .containsExactlyInAnyOrder("lab.out 00000100", "lab.in ffffffff");
        }
    }

    private static Gateway load(String name) throws RefusedException, IOException {
        return Gateway.load(directory.resolve("good/" + name + ".yaml"));
    }
}
