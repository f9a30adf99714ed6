package io.esplanade.bench.report;

/**
 * The Universal Scalability Law (Gunther): N threads do λN ∕ (1 + σ(N−1) + κN(N−1)).
 *
 * @param lambda what one thread does
 * @param sigma contention: the share of the work that is done in turn
 * @param kappa coherence: what each pair of threads costs each other
 */
record Usl(double lambda, double sigma, double kappa) {

    /** How many thread counts a fit needs: one more than it has unknowns. */
    static final int LEAST = 4;

    /**
     * The law nearest to the measured {@code throughput} at {@code threads}, by least squares of
     * the relative errors. With the unknowns 1∕λ, σ∕λ and κ∕λ the law is linear in N∕X; neither σ
     * nor κ may come out negative.
     *
     * @throws IllegalArgumentException if there are fewer than {@link #LEAST} measurements
     */
    static Usl fit(double[] threads, double[] throughput) {
        if (threads.length < LEAST) {
            throw new IllegalArgumentException(
                    "a fit needs %d measured thread counts".formatted(LEAST));
        }
        Usl best = null;
        double least = Double.POSITIVE_INFINITY;
        // Each of σ and κ is free or zero: of the fits without a negative, the nearest.
        for (int free = 0; free < 4; free++) {
            Usl fit = fit(threads, throughput, (free & 1) != 0, (free & 2) != 0);
            double error = fit == null ? Double.NaN : fit.error(threads, throughput);
            if (error < least) {
                least = error;
                best = fit;
            }
        }
        return best;
    }

    private static Usl fit(double[] n, double[] x, boolean contention, boolean coherence) {
        int unknowns = 1 + (contention ? 1 : 0) + (coherence ? 1 : 0);
        double[][] normal = new double[unknowns][unknowns + 1];
        for (int i = 0; i < n.length; i++) {
            double[] row = new double[unknowns + 1];
            double weight = x[i] / n[i]; // makes the error of N∕X relative
            int k = 0;
            row[k++] = weight;
            if (contention) {
                row[k++] = weight * (n[i] - 1);
            }
            if (coherence) {
                row[k++] = weight * n[i] * (n[i] - 1);
            }
            row[k] = 1; // weight · N∕X
            for (int r = 0; r < unknowns; r++) {
                for (int c = 0; c <= unknowns; c++) {
                    normal[r][c] += row[r] * row[c];
                }
            }
        }
        double[] solution = solve(normal);
        double perThread = solution[0];
        double sigma = contention ? solution[1] / perThread : 0;
        double kappa = coherence ? solution[unknowns - 1] / perThread : 0;
        boolean sound = perThread > 0 && sigma >= 0 && kappa >= 0;
        return sound ? new Usl(1 / perThread, sigma, kappa) : null;
    }

    /** Gauss's elimination with pivots; the last column is the right-hand side. */
    private static double[] solve(double[][] m) {
        int n = m.length;
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int r = column + 1; r < n; r++) {
                if (Math.abs(m[r][column]) > Math.abs(m[pivot][column])) {
                    pivot = r;
                }
            }
            double[] swapped = m[column];
            m[column] = m[pivot];
            m[pivot] = swapped;
            for (int r = 0; r < n; r++) {
                if (r != column) {
                    double factor = m[r][column] / m[column][column];
                    for (int c = column; c <= n; c++) {
                        m[r][c] -= factor * m[column][c];
                    }
                }
            }
        }
        double[] solution = new double[n];
        for (int r = 0; r < n; r++) {
            solution[r] = m[r][n] / m[r][r];
        }
        return solution;
    }

    private double error(double[] threads, double[] throughput) {
        double sum = 0;
        for (int i = 0; i < threads.length; i++) {
            double relative = at(threads[i]) / throughput[i] - 1;
            sum += relative * relative;
        }
        return sum;
    }

    /** What {@code threads} threads do. */
    double at(double threads) {
        return lambda * threads / (1 + sigma * (threads - 1) + kappa * threads * (threads - 1));
    }

    /** The number of threads beyond which more do less; infinite if there is none. */
    double peak() {
        return kappa == 0 ? Double.POSITIVE_INFINITY : Math.sqrt((1 - sigma) / kappa);
    }
}
