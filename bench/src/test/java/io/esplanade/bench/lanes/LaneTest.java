package io.esplanade.bench.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.esplanade.bench.bed.FlowSet;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.Steering;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.bench.floor.Contestant;
import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;
import io.esplanade.engine.crypto.CryptoBurst.Operation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;

class LaneTest {

    private static final int MBUFS = 512;

    /** It says so itself, on closing, if a packet was dropped or not worked on. */
    @ParameterizedTest
    @CsvSource({"64, 1", "512, 40", "1400, 40"})
    void everyPacketSealedAheadOfTimeIsDecrypted(int size, int sas) throws Exception {
        byte[][] keys = Traffic.newKeys(sas);
        try (Flows flows = flows(size, sas)) {
            Lane lane = Lane.decrypting(Providers.find("openssl"), flows, size, keys, MBUFS);
            work(lane);
            assertThatCode(lane::close).doesNotThrowAnyException();
        }
    }

    @Test
    void everyPacketInClearIsEncrypted() throws Exception {
        try (Flows flows = flows(64, 40)) {
            Lane lane =
                    Lane.encrypting(Providers.find("openssl"), flows, Traffic.newKeys(40), MBUFS);
            work(lane);
            assertThatCode(lane::close).doesNotThrowAnyException();
        }
    }

    @Test
    void theLaneMeetsAllItsMbufsInShuffledOrder() throws Exception {
        try (Flows flows = flows(64, 1);
                Lane lane =
                        Lane.encrypting(
                                Providers.find("openssl"), flows, Traffic.newKeys(1), MBUFS)) {
            long[] sorted = lane.buffers();
            Arrays.sort(sorted);
            assertThat(Arrays.stream(sorted).distinct()).hasSize(MBUFS);
            assertThat(lane.buffers()).isNotEqualTo(sorted);
        }
    }

    @Test
    void aMeasurementTellsLaneAndFloorApart() throws Exception {
        Result result = LaneRun.measure(new Case("openssl", Operation.ENCRYPT, 64, 1, MBUFS), 50);
        assertThat(result.lane().median()).isGreaterThan(result.floor().median());
        assertThat(result.above().median()).isPositive();
        assertThat(Result.from(JsonObject.read(Json.line(result.toMap())))).isEqualTo(result);
    }

    private static Flows flows(int size, int sas) {
        return new Flows(
                FlowSet.of(Math.max(64, sas), sas), FrameSize.of("" + size), Steering.BY_FLOW, 1);
    }

    private static void work(Contestant lane) {
        for (int i = 0; i < 3; i++) {
            assertThat(lane.prepare()).isPositive();
            lane.run();
        }
    }
}
