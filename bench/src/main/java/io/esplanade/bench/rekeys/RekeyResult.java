package io.esplanade.bench.rekeys;

import java.util.Map;
import java.util.TreeMap;

/**
 * What came of rekeys under load.
 *
 * @param zeroLossRate packets a second that were carried without loss
 * @param offered packets a second that arrived during the rekeys
 * @param lostWithout packets lost at that rate before, in as much time without rekeys: the
 *     machine's
 * @param lostAtFirst packets lost at the first rekeys, which do not count: code that no packet had
 *     taken before is compiled then
 * @param rekeys how many
 * @param arrived packets that came out meanwhile
 * @param notTaken packets that found no room where they arrived
 * @param dropped packets that a gateway dropped
 * @param outOfOrder packets that came out behind later ones of their flow, in all
 * @param longestNanos the longest rekey, from the first change to the last one's answer
 */
public record RekeyResult(
        double zeroLossRate,
        double offered,
        long lostWithout,
        long lostAtFirst,
        int rekeys,
        long arrived,
        long notTaken,
        long dropped,
        long outOfOrder,
        long longestNanos) {

    RekeyResult withOutOfOrder(long packets) {
        return new RekeyResult(
                zeroLossRate,
                offered,
                lostWithout,
                lostAtFirst,
                rekeys,
                arrived,
                notTaken,
                dropped,
                packets,
                longestNanos);
    }

    /** Whether no packet was lost and none overtook another of its flow. */
    public boolean isClean() {
        return notTaken == 0 && dropped == 0 && outOfOrder == 0;
    }

    /** For people. */
    @Override
    public String toString() {
        return "%d rekeys, %,d packets: %,d not taken in, %,d dropped, %,d out of order in their flow; the longest rekey took %.1f ms"
                .formatted(rekeys, arrived, notTaken, dropped, outOfOrder, longestNanos / 1e6);
    }

    /** For programs. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new TreeMap<>();
        map.put("zero-loss-rate", zeroLossRate);
        map.put("offered", offered);
        map.put("lost-without-rekeys", lostWithout);
        map.put("lost-at-first", lostAtFirst);
        map.put("rekeys", rekeys);
        map.put("arrived", arrived);
        map.put("not-taken", notTaken);
        map.put("dropped", dropped);
        map.put("out-of-order", outOfOrder);
        map.put("longest-rekey-nanos", longestNanos);
        return map;
    }
}
