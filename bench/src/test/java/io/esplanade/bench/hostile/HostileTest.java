package io.esplanade.bench.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

@Timeout(60)
class HostileTest {

    private static final int PACKETS = 4096;
    private static final int RING = 1 << 20; // nothing overflows, whatever the machine does

    /** It says so itself if a packet is not dropped for the reason that its kind has. */
    @Test
    void everyKindOfBadPacketIsMeasuredNextToGoodOnes() throws Exception {
        List<Cost.Result> results = Cost.measure("openssl", 64, 1024, 50);
        assertThat(results).hasSameSizeAs(BadPacket.values());
        assertThat(results).allMatch(r -> r.bad().median() > 0 && r.ratio().median() > 0);
        assertThat(results.getFirst().ratio().median()).as("unknown SPI").isLessThan(1);
    }

    @Test
    void inAFloodGoodPacketsComeOutAndBadOnesAreDropped() throws Exception {
        List<Flood.Result> results = new ArrayList<>();
        try (Flood flood = new Flood("openssl", 64, PACKETS, RING, Flood.LANE_TIME)) {
            flood.run(results::add);
        }
        assertThat(results).hasSize(BadPacket.values().length + 2);
        assertThat(results).allMatch(r -> r.lost() == 0);
        assertThat(results.getFirst().dropped()).isZero();
        for (Flood.Result r : results.subList(1, results.size())) {
            // The last bad packets may not arrive, and some fragments wait.
            assertThat(r.dropped()).as(r.bad()).isBetween(PACKETS - 128L, PACKETS + 128L);
        }
    }

    @Test
    void whatARingHasNoRoomForIsLostAndCounted() throws Exception {
        List<Flood.Result> results = new ArrayList<>();
        try (Flood flood = new Flood("openssl", 64, PACKETS, 1, Flood.LANE_TIME)) {
            flood.run(results::add);
        }
        assertThat(results).anyMatch(r -> r.lost() > 0);
        assertThat(results).allMatch(r -> r.lost() == r.inRing());
    }
}
