package io.esplanade.engine.mbuf;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Who has how many mbufs, found by asking every mbuf: nobody keeps a count that could be wrong.
 *
 * <p>Thread-safe. While traffic flows, an mbuf that changes hands is counted with its old owner or
 * its new one; the sum is the pool always.
 */
public final class MbufLedger {

    private static final int OWNERS = Owner.values().length;

    private final MbufPool pool;

    public MbufLedger(MbufPool pool) {
        this.pool = pool;
    }

    /**
     * How many mbufs each owner has, owners of none included.
     *
     * @throws IllegalStateException if the pool was closed
     */
    public Map<Owner, Long> counts() {
        long[] counts = new long[OWNERS];
        for (int i = 0; i < pool.size(); i++) {
            counts[pool.owner(i).ordinal()]++;
        }
        Map<Owner, Long> map = new EnumMap<>(Owner.class);
        for (int i = 0; i < OWNERS; i++) {
            map.put(Owner.of(i), counts[i]);
        }
        return map;
    }

    /** Of {@code counts}, how many are under way rather than at rest; after traffic, leaked. */
    public static long inUse(Map<Owner, Long> counts) {
        return counts.entrySet().stream()
                .filter(e -> !e.getKey().atRest())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /**
     * The verdict on {@code counts} taken when all traffic has ended: one line, which begins with
     * {@code no mbuf lost} or with {@code LEAK}.
     */
    public static String verdict(Map<Owner, Long> counts) {
        long total = total(counts);
        long lost = inUse(counts);
        if (lost == 0) {
            return text("no mbuf lost: %,d of %,d at rest", total, total);
        }
        StringBuilder text = new StringBuilder(text("LEAK: %,d of %,d not at rest", lost, total));
        String separator = ": ";
        for (Owner owner : Owner.values()) {
            long count = counts.getOrDefault(owner, 0L);
            if (!owner.atRest() && count > 0) {
                text.append(separator).append(text("%,d %s", count, owner.label()));
                separator = ", ";
            }
        }
        return text.toString();
    }

    /** A table for people, in the manner of {@code netstat -m}: a sum and a line for each owner. */
    public static String report(Map<Owner, Long> counts) {
        long total = total(counts);
        long inUse = inUse(counts);
        StringBuilder text = new StringBuilder();
        text.append(
                text(
                        "%,d/%,d/%,d mbufs in use (current/at rest/total)%n",
                        inUse, total - inUse, total));
        for (Owner owner : Owner.values()) {
            long count = counts.getOrDefault(owner, 0L);
            if (count > 0) {
                text.append(text("%,12d  %-10s  %s%n", count, owner.label(), owner.text()));
            }
        }
        return text.toString();
    }

    /** Formats alike in every locale, for tests and scripts. */
    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    private static long total(Map<Owner, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
