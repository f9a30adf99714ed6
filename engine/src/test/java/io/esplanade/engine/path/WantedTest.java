package io.esplanade.engine.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.PolicyTable;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.Selector;
import io.esplanade.engine.ipsec.SelectorFields;
import io.esplanade.engine.ipsec.SpdEntry;
import io.esplanade.engine.ipsec.SpdSearch;
import io.esplanade.engine.ipsec.TrafficSelector;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

class WantedTest {

    private static final int LANES = 3;
    private static final int EACH = 20_000;

    private final Wanted wanted = new Wanted();

    private static SelectorFields packet(int number) {
        SelectorFields fields = new SelectorFields();
        long address = 0xffff_0000_0000L | number;
        fields.set(0, address, 0, address, 17, number & 0xffff, number & 0xffff, true);
        return fields;
    }

    private static SpdEntry policy() {
        TrafficSelector all =
                TrafficSelector.between(
                        AddressRange.parse("0.0.0.0/0"), AddressRange.parse("0.0.0.0/0"));
        PolicyTable table = new PolicyTable(name -> 0);
        table.add(
                SecurityPolicy.protect("p", Direction.OUTBOUND, 0, all, "t")
                        .populating(Selector.values()));
        return new SpdSearch().find(table.spd(), Direction.OUTBOUND, packet(1));
    }

    @Test
    void whatFindsNoRoomIsSaidToHaveBeenLeftOut() {
        SpdEntry policy = policy();
        for (int i = 0; i < 64; i++) {
            wanted.add(policy, packet(i));
        }
        assertThat(wanted.takeOverflow()).isFalse();
        wanted.add(policy, packet(64));
        assertThat(wanted.takeOverflow()).isTrue();
        assertThat(wanted.takeOverflow()).isFalse();
        List<String> taken = new ArrayList<>();
        assertThat(wanted.take((p, packet) -> taken.add(p.populate(packet).toString())))
                .isEqualTo(64);
        assertThat(taken).contains("0.0.0.63-0.0.0.63 > 0.0.0.63-0.0.0.63 proto 17 ports 63 > 63");
        assertThat(wanted.take((p, packet) -> taken.add(""))).isZero();
    }

    /** Each lane's packets come out once or are said to be left out, and never mixed. */
    @Test
    void lanesAddAtTheSameTime() throws InterruptedException {
        SpdEntry policy = policy();
        AtomicInteger running = new AtomicInteger(LANES);
        List<Thread> lanes = new ArrayList<>();
        for (int lane = 0; lane < LANES; lane++) {
            int from = lane * EACH;
            lanes.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int i = from; i < from + EACH; i++) {
                                            wanted.add(policy, packet(i));
                                        }
                                        running.decrementAndGet();
                                    }));
        }
        Set<TrafficSelector> seen = new HashSet<>();
        boolean leftOut = false;
        boolean last;
        do {
            last = running.get() == 0;
            wanted.take((p, packet) -> assertThat(seen.add(p.populate(packet))).isTrue());
            leftOut |= wanted.takeOverflow();
        } while (!last);
        for (Thread lane : lanes) {
            lane.join();
        }
        assertThat(seen)
                .allSatisfy(
                        selector -> {
                            assertThat(selector.source()).isEqualTo(selector.destination());
                            assertThat(selector.sourcePorts())
                                    .isEqualTo(selector.destinationPorts());
                        });
        assertThat(seen.size() == LANES * EACH || leftOut).isTrue();
        assertThat(seen).isNotEmpty();
    }
}
