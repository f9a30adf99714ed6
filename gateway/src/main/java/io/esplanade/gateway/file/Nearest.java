package io.esplanade.gateway.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was meant. */
final class Nearest {

    private Nearest() {}

    /** The candidate that is a slip or two away from {@code word}, if there is one. */
    static Optional<String> to(String word, Collection<String> candidates) {
        String wanted = word.toLowerCase(Locale.ROOT).replace('_', '-');
        return candidates.stream()
                .filter(c -> distance(wanted, c) <= Math.max(1, Math.min(c.length(), 9) / 3))
                .min(
                        Comparator.comparingInt((String c) -> distance(wanted, c))
                                .thenComparing(Comparator.naturalOrder()));
    }

    /** “did you mean …?” or else all that there is. */
    static String remedy(String word, Collection<String> candidates) {
        return to(word, candidates)
                .map(c -> "did you mean '" + c + "'?")
                .orElseGet(
                        () ->
                                candidates.isEmpty()
                                        ? "there is none to name"
                                        : "use one of: " + String.join(", ", candidates));
    }

    /** Insertions, removals, changes and swaps of neighbours that make one word the other. */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 ? j : j == 0 ? i : step(d, a, b, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int step(int[][] d, String a, String b, int i, int j) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        boolean swapped =
                i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, d[i - 2][j - 2] + 1) : least;
    }
}
