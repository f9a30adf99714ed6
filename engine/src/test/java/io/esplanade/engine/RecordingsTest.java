package io.esplanade.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.testing.TwoGateways;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What a flight recording has of an engine. */
class RecordingsTest {

    @TempDir Path folder;

    @Test
    void aFlightRecordingHasAnEnginesStartAndCloseAndNothingPerPacket() throws IOException {
        Path file = folder.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("esplanade.EngineLife");
            recording.start();
            try (TwoGateways two = TwoGateways.start()) {
                two.flow(1000);
                two.settle();
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> ours =
                RecordingFile.readAllEvents(file).stream()
                        .filter(e -> e.getEventType().getName().startsWith("esplanade."))
                        .toList();
        assertThat(ours)
                .extracting(e -> e.getString("engine") + " " + e.getString("what"))
                .containsExactlyInAnyOrder("A started", "B started", "A closed", "B closed");
        assertThat(ours).allSatisfy(e -> assertThat(e.getString("runtime")).isEqualTo("per-core"));
    }
}
