package io.esplanade.gateway.doctor;

import io.esplanade.engine.crypto.CipherCost;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.Requirement;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.Clock;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What each suite costs with each provider here. */
final class Speeds {

    static final int[] SIZES = {64, 512, 1400};

    /** The suite that stands for all where one has to. */
    static final Suite FIRST = Suite.AES_GCM_16_128;

    /**
     * @param suite what was measured
     * @param provider by whom
     * @param implementation what of the provider does it
     * @param serves whether it is this provider that will serve the suite
     * @param nanos what a packet of each size costs, ns
     */
    record Speed(
            Suite suite, String provider, String implementation, boolean serves, double[] nanos) {

        double gigabits(int size) {
            return SIZES[size] * (double) Byte.SIZE / nanos[size];
        }
    }

    private final List<CryptoProvider> providers;
    private final String serving;
    private final int millis;

    /**
     * @param providers those that can serve
     * @param serving the name of the one that will
     * @param millis how long a measurement waits for bursts to become faster
     */
    Speeds(Map<String, CryptoProvider> providers, String serving, int millis) {
        this.providers =
                providers.values().stream()
                        .filter(p -> p.name().equals(serving) || !p.name().equals(Libraries.JCE))
                        .sorted(Comparator.comparing(p -> !p.name().equals(serving)))
                        .toList();
        this.serving = serving;
        this.millis = millis;
    }

    /** The suites that RFC 8221 wants, or every one. */
    static List<Suite> suites(boolean all) {
        return Suite.all().stream()
                .filter(s -> all || s.requirement().compareTo(Requirement.SHOULD) <= 0)
                .toList();
    }

    /** Measures suite by suite, the provider that will serve first; jce only if it is that one. */
    List<Speed> of(List<Suite> suites) throws CryptoException {
        List<Speed> speeds = new ArrayList<>();
        for (Suite suite : suites) {
            for (CryptoProvider provider : providers) {
                measure(suite, provider, speeds);
            }
        }
        return speeds;
    }

    private void measure(Suite suite, CryptoProvider provider, List<Speed> speeds)
            throws CryptoException {
        if (!provider.suites().contains(suite)) {
            return;
        }
        double[] nanos = new double[SIZES.length];
        try (CipherCost cost = new CipherCost(provider, suite, Clock.system())) {
            for (int i = 0; i < nanos.length; i++) {
                nanos[i] = cost.nanos(SIZES[i], millis);
            }
        }
        speeds.add(
                new Speed(
                        suite,
                        provider.name(),
                        provider.implementation(suite),
                        provider.name().equals(serving),
                        nanos));
    }
}
