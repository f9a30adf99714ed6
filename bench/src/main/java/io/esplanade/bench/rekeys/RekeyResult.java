package io.esplanade.bench.rekeys;

import java.util.Map;
import java.util.TreeMap;

/**
 * What came of rekeys under load.
 *
 * @param zeroLossRate packets a second that were carried without loss
 * @param confirmedSeconds for how long at a stretch they were
 * @param offered packets a second that arrived during the rekeys
 * @param lostAtFirst packets lost at the first rekeys, which do not count: code that no packet had
 *     taken before is compiled then
 * @param longestWaitAtFirst the longest that a packet waited at those, ns
 * @param rekeys how many
 * @param arrived packets that came out meanwhile
 * @param notTaken packets that found no room where they arrived
 * @param dropped packets that a gateway dropped
 * @param outOfOrder packets that came out behind later ones of their flow, in all
 * @param longestNanos the longest rekey, from the first change to the last one's answer
 * @param longestWait the longest that a packet waited where it arrived, ns
 * @param lostAfterwards packets lost at the same rate in as much time without rekeys: the machine's
 */
public record RekeyResult(
        double zeroLossRate,
        double confirmedSeconds,
        double offered,
        long lostAtFirst,
        long longestWaitAtFirst,
        int rekeys,
        long arrived,
        long notTaken,
        long dropped,
        long outOfOrder,
        long longestNanos,
        long longestWait,
        long lostAfterwards) {

    RekeyResult withOutOfOrder(long packets) {
        return new RekeyResult(
                zeroLossRate,
                confirmedSeconds,
                offered,
                lostAtFirst,
                longestWaitAtFirst,
                rekeys,
                arrived,
                notTaken,
                dropped,
                packets,
                longestNanos,
                longestWait,
                lostAfterwards);
    }

    /** Whether no packet was lost and none overtook another of its flow. */
    public boolean isClean() {
        return notTaken == 0 && dropped == 0 && outOfOrder == 0;
    }

    /** For people. */
    @Override
    public String toString() {
        return "%d rekeys, %,d packets: %,d not taken in, %,d dropped, %,d out of order in their flow; the longest rekey took %.1f ms, a packet waited for %.1f ms at most"
                .formatted(
                        rekeys,
                        arrived,
                        notTaken,
                        dropped,
                        outOfOrder,
                        longestNanos / 1e6,
                        longestWait / 1e6);
    }

    /** For programs. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new TreeMap<>();
        map.put("zero-loss-rate", zeroLossRate);
        map.put("offered", offered);
        map.put("confirmed-seconds", confirmedSeconds);
        map.put("lost-at-first", lostAtFirst);
        map.put("longest-wait-at-first-nanos", longestWaitAtFirst);
        map.put("rekeys", rekeys);
        map.put("arrived", arrived);
        map.put("not-taken", notTaken);
        map.put("dropped", dropped);
        map.put("out-of-order", outOfOrder);
        map.put("longest-rekey-nanos", longestNanos);
        map.put("longest-wait-nanos", longestWait);
        map.put("lost-afterwards-without-rekeys", lostAfterwards);
        return map;
    }
}
