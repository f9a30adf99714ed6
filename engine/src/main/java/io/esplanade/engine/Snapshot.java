package io.esplanade.engine;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.Lifetime;
import io.esplanade.engine.mbuf.Owner;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * An engine's numbers at one moment, immutable. Counters of different lanes are read one after the
 * other, so sums may be a few packets apart while traffic flows.
 *
 * @param counters every counter, summed over lanes
 * @param drops every reason that occurred, with how often
 * @param mbufs how many mbufs each owner has; together they are the pool
 * @param sas every SA
 * @param laneCpuNanos thread CPU time the lanes have used, ns
 */
public record Snapshot(
        Map<Counter, Long> counters,
        Map<DropReason, Long> drops,
        Map<Owner, Long> mbufs,
        List<SaState> sas,
        long laneCpuNanos) {

    public Snapshot {
        counters = Map.copyOf(counters);
        drops = Map.copyOf(drops);
        mbufs = Map.copyOf(mbufs);
        sas = List.copyOf(sas);
    }

    public long counter(Counter counter) {
        return counters.get(counter);
    }

    public long drops(DropReason reason) {
        return drops.getOrDefault(reason, 0L);
    }

    /** All drops, whatever the reason. */
    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Mbufs that are neither free nor cached nor posted: under way, or leaked. */
    public long mbufsInUse() {
        return mbufs.entrySet().stream()
                .filter(
                        e ->
                                e.getKey() != Owner.FREE
                                        && e.getKey() != Owner.CACHE
                                        && e.getKey() != Owner.POSTED)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /**
     * One SA's state.
     *
     * @param name the SA's name
     * @param tunnel its tunnel
     * @param direction outbound or inbound
     * @param spi its SPI, read unsigned
     * @param sequence outbound: last number sent; inbound: highest received; read unsigned
     * @param packets packets that went through
     * @param bytes their inner bytes
     * @param lane the lane whose threads work on it
     * @param worker the worker of that lane, or -1 for all in turn
     * @param placement why it is there
     * @param lifetime how long it may be used
     * @param age since when it has been there
     * @param dying whether it has come to a soft limit, or nearly to the end of its numbers
     */
    public record SaState(
            String name,
            String tunnel,
            Direction direction,
            int spi,
            long sequence,
            long packets,
            long bytes,
            int lane,
            int worker,
            String placement,
            Lifetime lifetime,
            Duration age,
            boolean dying) {}
}
