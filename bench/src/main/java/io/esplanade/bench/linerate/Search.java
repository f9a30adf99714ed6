package io.esplanade.bench.linerate;

/**
 * Searches for the greatest rate at which no more than a share of the packets is lost, by halving
 * the interval (RFC 2544 §26.1).
 */
final class Search {

    /** What is tried at a rate. */
    @FunctionalInterface
    interface Trials {
        Trial at(double perSecond) throws InterruptedException;
    }

    private final Trials trials;
    private final double resolution;

    /**
     * @param resolution how near the answer is to the true one, as a share of it
     */
    Search(Trials trials, double resolution) {
        this.trials = trials;
        this.resolution = resolution;
    }

    /**
     * The trial at the greatest rate found between {@code least}, which is known to do, and {@code
     * most}, with a loss of no more than {@code allowed}; null if there is none.
     *
     * @param least packets per second; 0 if nothing is known to do
     * @param known the trial at {@code least}, null if that is 0
     * @param most packets per second
     */
    Trial find(double least, Trial known, double most, double allowed) throws InterruptedException {
        Trial best = known;
        double low = least;
        Trial flood = trials.at(most);
        if (flood.loss() <= allowed) { // the tester itself can do no more
            return best == null || flood.perSecond() > best.perSecond() ? flood : best;
        }
        double high = Math.min(most, flood.perSecond());
        while (high - low > resolution * high && high >= 1) {
            double middle = (low + high) / 2;
            Trial trial = trials.at(middle);
            if (trial.loss() <= allowed) {
                best = trial;
                low = middle;
            } else {
                high = middle;
            }
        }
        return best;
    }
}
