package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.Suite;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which algorithms serve a suite, to encrypt and to decrypt. Those of a provider that is not
 * libcrypto's own have passed {@link OpenSslCheck}. Not changed once made.
 */
final class OpenSslSuites {

    private final Map<Suite, OpenSslAlgorithms> encrypting = new HashMap<>();
    private final Map<Suite, OpenSslAlgorithms> decrypting = new HashMap<>();

    private OpenSslSuites() {}

    /**
     * What is sound of {@code chosen}.
     *
     * @param fillUp whether libcrypto's own algorithms serve in place of what is not
     */
    static OpenSslSuites of(OpenSslAlgorithms chosen, boolean fillUp) throws CryptoException {
        OpenSslSuites suites = new OpenSslSuites();
        Map<String, List<String>> unsound = new TreeMap<>(); // by what is wrong, the suites
        for (Suite suite : chosen.suites()) {
            if (chosen.foreign(suite)) {
                suites.addChecked(suite, chosen, fillUp, unsound);
            } else {
                suites.encrypting.put(suite, chosen);
                suites.decrypting.put(suite, chosen);
            }
        }
        unsound.forEach((fault, keywords) -> warn(fault, keywords, fillUp));
        return suites;
    }

    private static void warn(String fault, List<String> keywords, boolean fillUp) {
        System.getLogger(OpenSslSuites.class.getName())
                .log(
                        Level.WARNING,
                        "libcrypto's provider "
                                + fault
                                + ": "
                                + String.join(", ", keywords)
                                + (fillUp ? "; libcrypto's own does that" : "; not served"));
    }

    private void addChecked(
            Suite suite,
            OpenSslAlgorithms chosen,
            boolean fillUp,
            Map<String, List<String>> unsound)
            throws CryptoException {
        OpenSslAlgorithms own = OpenSslModule.Own.ALGORITHMS;
        String name = String.join(" + ", chosen.providers(suite));
        try (OpenSslCheck check = new OpenSslCheck(suite, chosen, own)) {
            for (Operation direction : Operation.values()) {
                String fault = check.fault(direction);
                if (fault == null) {
                    of(direction).put(suite, chosen);
                    continue;
                }
                unsound.computeIfAbsent(name + " " + fault, _ -> new ArrayList<>())
                        .add(suite.keyword());
                if (fillUp && own.suites().contains(suite)) {
                    of(direction).put(suite, own);
                }
            }
        }
    }

    private Map<Suite, OpenSslAlgorithms> of(Operation direction) {
        return direction == Operation.ENCRYPT ? encrypting : decrypting;
    }

    /** The suites that are served in both directions. */
    Set<Suite> suites() {
        Set<Suite> both = new HashSet<>(encrypting.keySet());
        both.retainAll(decrypting.keySet());
        return both;
    }

    /** What serves {@code suite} in a direction. */
    OpenSslAlgorithms algorithms(Suite suite, Operation direction) {
        return of(direction).get(suite);
    }

    /** Whether the provider of libcrypto's with this name serves anything. */
    boolean uses(String provider) {
        return suites().stream()
                .anyMatch(
                        s ->
                                encrypting.get(s).providers(s).contains(provider)
                                        || decrypting.get(s).providers(s).contains(provider));
    }

    /** The names of the providers of libcrypto's that serve {@code suite}. */
    String implementation(Suite suite) {
        String one = String.join(" + ", encrypting.get(suite).providers(suite));
        String other = String.join(" + ", decrypting.get(suite).providers(suite));
        return one.equals(other) ? one : "%s, to decrypt %s".formatted(one, other);
    }
}
