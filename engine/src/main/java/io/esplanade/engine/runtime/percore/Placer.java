package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.crypto.CipherCost;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.Placement;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Says which lane and worker an SA belongs to, and why. By tunnel, so that a successor is where its
 * predecessor was and packets cannot overtake each other at a rekey. The conductor's.
 *
 * <p>Spreading an SA over workers moves every packet to another core once; it pays when that costs
 * less than the share of the cipher that other workers take over. With {@link Placement#AUTO} the
 * cipher is measured when a suite is first used.
 */
final class Placer {

    // What moving a packet's lines to another core costs, ns: its metadata and headers, and each
    // byte of payload. The benchmark HandOverBenchmark measures both.
    private static final double MOVE = 21;
    private static final double MOVE_PER_BYTE = 0.055;

    /** The sizes for which it must pay, in bytes. */
    private static final int SMALL = 64;

    private static final int LARGE = 1400;

    /** How long a measurement waits for bursts to become faster, ms. */
    private static final int MOMENT = 100;

    private final RuntimeConfig.PerCore config;
    private final CryptoProvider[] providers;
    private final Clock clock;

    private final List<Map<Suite, Cost>> costs = new ArrayList<>(); // by provider

    Placer(RuntimeConfig.PerCore config, CryptoProvider[] providers, Clock clock) {
        this.config = config;
        this.providers = providers;
        this.clock = clock;
        for (int i = 0; i < providers.length; i++) {
            costs.add(new HashMap<>());
        }
    }

    /** What a packet of each size costs, ns. */
    private record Cost(double small, double large) {}

    void place(AssociationState sa) {
        int lane = sa.tunnel() % config.lanes();
        if (config.workers() == 1) {
            sa.place(lane, 0, "its lane has one worker");
            return;
        }
        switch (config.placement()) {
            case PINNED ->
                    sa.place(
                            lane,
                            sa.tunnel() / config.lanes() % config.workers(),
                            "placement is pinned");
            case SPREAD -> sa.place(lane, AssociationState.ANY_WORKER, "placement is spread");
            case AUTO -> placeByCost(sa, lane);
        }
    }

    private void placeByCost(AssociationState sa, int lane) {
        Cost cost = cost(sa);
        double saved = (config.workers() - 1.0) / config.workers();
        boolean pays = cost.small() * saved > move(SMALL) && cost.large() * saved > move(LARGE);
        String why =
                String.format(
                        Locale.ROOT,
                        "auto: at %d and %d B the cipher takes %.0f and %.0f ns, moving a packet"
                                + " %.0f and %.0f ns",
                        SMALL,
                        LARGE,
                        cost.small(),
                        cost.large(),
                        move(SMALL),
                        move(LARGE));
        sa.place(lane, pays ? AssociationState.ANY_WORKER : 0, why);
    }

    private static double move(int bytes) {
        return MOVE + MOVE_PER_BYTE * bytes;
    }

    private Cost cost(AssociationState sa) {
        return costs.get(sa.provider())
                .computeIfAbsent(sa.association().suite(), suite -> measure(sa.provider(), suite));
    }

    private Cost measure(int provider, Suite suite) {
        try (CipherCost cost = new CipherCost(providers[provider], suite, clock)) {
            return new Cost(cost.nanos(SMALL, MOMENT), cost.nanos(LARGE, MOMENT));
        } catch (CryptoException e) {
            throw new IllegalStateException(
                    providers[provider].name() + " could not be measured: " + e.getMessage(), e);
        }
    }
}
