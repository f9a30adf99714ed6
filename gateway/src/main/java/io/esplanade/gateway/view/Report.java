package io.esplanade.gateway.view;

import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.Lifetime;
import io.esplanade.engine.mbuf.Owner;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An engine's numbers, as a table for people or JSON for programs.
 *
 * @param name the engine's name
 * @param snapshot its numbers
 * @param closed whether they are from after its close, when every mbuf must be free
 */
public record Report(String name, Snapshot snapshot, boolean closed) {

    /** Mbufs that are nowhere they could rest, if the engine rests. */
    public long leaked() {
        long free = snapshot.mbufs().getOrDefault(Owner.FREE, 0L);
        long all = snapshot.mbufs().values().stream().mapToLong(Long::longValue).sum();
        return closed ? all - free : snapshot.mbufsInUse();
    }

    /** Lines for people; counters, drops and owners that are zero are left out. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        add(lines, "Traffic", traffic());
        add(lines, "Security associations", sas());
        add(lines, "Drops", drops());
        add(lines, "Mbufs", mbufs());
        lines.add("  " + leakVerdict());
        return lines;
    }

    /** “no mbuf leaked” or how many. */
    public String leakVerdict() {
        long leaked = leaked();
        return leaked == 0
                ? "no mbuf leaked"
                : "%,d MBUFS %s".formatted(leaked, closed ? "LEAKED" : "still under way");
    }

    private static void add(List<String> lines, String heading, Table table) {
        if (table.isEmpty()) {
            lines.add(heading + ": none");
        } else {
            lines.add(heading);
            lines.addAll(table.lines());
        }
        lines.add("");
    }

    private Table traffic() {
        Table table = new Table("counter", "count", "meaning");
        for (Counter counter : Counter.values()) {
            if (snapshot.counter(counter) != 0) {
                table.row(counter.label(), snapshot.counter(counter), counter.text());
            }
        }
        return table;
    }

    private Table sas() {
        Table table =
                new Table(
                        "SA",
                        "direction",
                        "SPI",
                        "lane",
                        "worker",
                        "sequence",
                        "packets",
                        "bytes",
                        "age",
                        "state");
        for (Snapshot.SaState sa : snapshot.sas()) {
            table.row(
                    sa.name(),
                    direction(sa),
                    spi(sa),
                    sa.lane(),
                    worker(sa),
                    Long.toUnsignedString(sa.sequence()),
                    sa.packets(),
                    sa.bytes(),
                    sa.age().toSeconds() + " s",
                    state(sa));
        }
        return table;
    }

    private Table drops() {
        Table table = new Table("reason", "packets", "meaning", "Linux");
        for (DropReason reason : DropReason.values()) {
            if (snapshot.drops(reason) != 0) {
                table.row(reason.label(), snapshot.drops(reason), reason.text(), reason.xfrmStat());
            }
        }
        return table;
    }

    private Table mbufs() {
        Table table = new Table("owner", "mbufs", "meaning");
        for (Owner owner : Owner.values()) {
            long count = snapshot.mbufs().getOrDefault(owner, 0L);
            if (count != 0) {
                table.row(owner.label(), count, owner.text());
            }
        }
        return table;
    }

    /** Everything, zeros included, in the order in which the engine has it. */
    public Map<String, Object> json() {
        Map<String, Object> counters = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            counters.put(counter.label(), snapshot.counter(counter));
        }
        Map<String, Object> drops = new LinkedHashMap<>();
        for (DropReason reason : DropReason.values()) {
            if (reason != DropReason.NONE) {
                drops.put(reason.label(), snapshot.drops(reason));
            }
        }
        Map<String, Object> mbufs = new LinkedHashMap<>();
        for (Owner owner : Owner.values()) {
            mbufs.put(owner.label(), snapshot.mbufs().getOrDefault(owner, 0L));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("gateway", name);
        json.put("counters", counters);
        json.put("drops", drops);
        json.put("sas", snapshot.sas().stream().map(Report::json).toList());
        json.put("mbufs", mbufs);
        json.put("mbufs-leaked", leaked());
        json.put("lane-cpu-nanos", snapshot.laneCpuNanos());
        return json;
    }

    private static Map<String, Object> json(Snapshot.SaState sa) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", sa.name());
        json.put("tunnel", sa.tunnel());
        json.put("direction", direction(sa));
        json.put("spi", spi(sa));
        json.put("sequence", new BigInteger(Long.toUnsignedString(sa.sequence())));
        json.put("packets", sa.packets());
        json.put("bytes", sa.bytes());
        json.put("lane", sa.lane());
        json.put("worker", worker(sa));
        json.put("placement", sa.placement());
        json.put("age-seconds", sa.age().toSeconds());
        json.put("lifetime", json(sa.lifetime()));
        json.put("state", state(sa));
        return json;
    }

    /** Those limits that there are, under the names that gateway files have for them. */
    private static Map<String, Object> json(Lifetime lifetime) {
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "rekey", lifetime.soft());
        put(json, "life", lifetime.hard());
        return json;
    }

    private static void put(Map<String, Object> json, String kind, Lifetime.Limit limit) {
        putUnlessZero(json, kind + "-time", limit.time().toSeconds());
        putUnlessZero(json, kind + "-bytes", limit.bytes());
        putUnlessZero(json, kind + "-packets", limit.packets());
    }

    private static void putUnlessZero(Map<String, Object> json, String key, long value) {
        if (value != 0) {
            json.put(key, value);
        }
    }

    /** In the words of {@code ip xfrm}. */
    private static String state(Snapshot.SaState sa) {
        return sa.dying() ? "dying" : "valid";
    }

    private static String worker(Snapshot.SaState sa) {
        return sa.worker() < 0 ? "all" : Integer.toString(sa.worker());
    }

    private static String direction(Snapshot.SaState sa) {
        return sa.direction() == Direction.OUTBOUND ? "out" : "in";
    }

    private static String spi(Snapshot.SaState sa) {
        return "0x%08x".formatted(sa.spi()).toLowerCase(Locale.ROOT);
    }
}
