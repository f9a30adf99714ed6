package io.esplanade.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.bench.race.Machine;
import io.esplanade.testing.Requirement;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A short run: packets arrive, each way of sending them has its line. */
class WireTest {

    @BeforeAll
    static void devicesCanBeMade() {
        try (VethPair _ = new VethPair()) {
            return;
        } catch (IOException e) {
            Requirement.check(false, "bench wire", "what ip lacks: " + e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"af-xdp", "af-packet"})
    void everyWayHasItsLine(String type) throws Exception {
        List<String> lines = new ArrayList<>();
        new Wire(type, List.of("64"), "openssl", 1, 200, Machine.here().cpus()).run(lines::add);

        assertThat(lines.get(1)).startsWith("64 B      tunnel");
        assertThat(lines.get(2)).startsWith("64 B      clear");
        assertThat(lines).hasSize(PlainC.available() ? 4 : 3);
    }
}
