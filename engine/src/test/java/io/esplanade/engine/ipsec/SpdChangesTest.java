package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The index is changed in place while others search it. */
class SpdChangesTest {

    private static final int PAIRS = 400;
    private static final int BATCHES = 10_000;

    private final PolicyTable table = new PolicyTable(name -> 0);
    private volatile Moment published;
    private volatile Spd adopted = Spd.EMPTY;
    private volatile boolean finished;

    /**
     * @param spd the policies
     * @param turns by pair, which of its policies is among them
     */
    private record Moment(Spd spd, int[] turns) {}

    /**
     * Each batch lets some policies take the place of others for the same packets: who found
     * neither would let the packet fall through to what stands behind them.
     */
    @Test
    @Timeout(60)
    void aSearchNeverSeesHalfOfABatch() throws Exception {
        for (int pair = 0; pair < PAIRS; pair++) {
            table.add(policy(pair, 0));
        }
        table.add(SecurityPolicy.bypass("behind", Direction.OUTBOUND, 9, all()));
        int[] turns = new int[PAIRS];
        published = new Moment(table.spd(), turns.clone());
        try (ExecutorService reader = Executors.newSingleThreadExecutor()) {
            CompletableFuture<Long> searches =
                    CompletableFuture.supplyAsync(this::searchUntilFinished, reader);
            try {
                changeAllTheTime(turns);
            } finally {
                finished = true;
            }
            assertThat(searches.get()).isPositive();
        }
        table.forgetBefore(table.spd());
        assertThat(table.spd().size()).isEqualTo(PAIRS + 1);
    }

    private void changeAllTheTime(int[] turns) {
        Random random = new Random(1);
        for (int batch = 0; batch < BATCHES; batch++) {
            for (int i = 0; i < 4; i++) {
                int pair = random.nextInt(PAIRS);
                table.remove(name(pair, turns[pair]));
                table.add(policy(pair, ++turns[pair]));
            }
            published = new Moment(table.spd(), turns.clone());
            table.forgetBefore(adopted);
        }
    }

    private long searchUntilFinished() {
        SpdSearch search = new SpdSearch();
        SelectorFields packet = new SelectorFields();
        Random random = new Random(2);
        long searches = 0;
        while (!finished) {
            Moment moment = published;
            adopted = moment.spd; // what is older this thread has no more
            for (int i = 0; i < 32; i++) {
                int pair = random.nextInt(PAIRS);
                packet.set(0, address(pair, 1), 0, address(pair, 2), 6, 1, 2, true);
                SpdEntry found = search.find(moment.spd, Direction.OUTBOUND, packet);
                assertThat(found.policy().name()).isEqualTo(name(pair, moment.turns[pair]));
                searches++;
            }
        }
        return searches;
    }

    /** A policy for a pair's packets, its ranges and priority as the turn has it. */
    private static SecurityPolicy policy(int pair, int turn) {
        int wider = turn % 3;
        TrafficSelector selector =
                TrafficSelector.between(range(pair, wider), range(pair, 2 - wider));
        return SecurityPolicy.discard(name(pair, turn), Direction.OUTBOUND, turn * 7 % 5, selector);
    }

    /** Addresses of a pair and no other: 16 of its 256, more or fewer of them. */
    private static AddressRange range(int pair, int wider) {
        return new AddressRange(
                IpAddresses.of(0, address(pair, 1 - (wider & 1))),
                IpAddresses.of(0, address(pair, 2 + 5 * wider)));
    }

    private static String name(int pair, int turn) {
        return pair + "/" + turn;
    }

    private static long address(int pair, int host) {
        return IpAddresses.IPV4_MAPPED | 10L << 24 | (long) pair * 37 % PAIRS << 8 | host;
    }

    private static TrafficSelector all() {
        return TrafficSelector.between(
                AddressRange.parse("0.0.0.0/0"), AddressRange.parse("0.0.0.0/0"));
    }
}
