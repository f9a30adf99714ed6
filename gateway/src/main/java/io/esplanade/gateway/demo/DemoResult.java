package io.esplanade.gateway.demo;

import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.gateway.view.Report;
import io.esplanade.gateway.view.Table;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What came of a demo.
 *
 * @param traffic what was sent in each pass
 * @param passes how often
 * @param elapsed how long it took, ns
 * @param sides A and B, after their close
 * @param proof whether it was right
 */
record DemoResult(Traffic traffic, long passes, long elapsed, List<Side> sides, Proof proof) {

    /** A gateway's last numbers, and what its packets cost. */
    record Side(String name, Snapshot snapshot, Cost cost) {

        boolean leaks() {
            return new Report(name, snapshot, true).leaked() != 0;
        }
    }

    /** Thread CPU time of a gateway's lane, ns, for packets of both directions. */
    record Cost(long packets, long nanos) {

        long perPacket() {
            return packets == 0 ? 0 : nanos / packets;
        }
    }

    /** Whether everything was as it must be. */
    boolean good() {
        return proof.holds() && sides.stream().noneMatch(Side::leaks);
    }

    /** The final table and the proof. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "%,d packets (%,d bytes) in %,d passes of real traffic, in %.1f s"
                        .formatted(
                                traffic.packets() * passes,
                                traffic.bytes() * passes,
                                passes,
                                elapsed / 1e9));
        lines.add("");
        lines.addAll(table().lines());
        lines.add("");
        lines.add("Proof");
        for (Proof.Claim claim : proof.claims()) {
            lines.add((claim.holds() ? "  yes  " : "  NO   ") + claim.text());
            if (!claim.holds()) {
                lines.add("       " + claim.fault());
            }
        }
        return lines;
    }

    private Table table() {
        Table table = new Table("", "gateway A", "gateway B");
        counter(table, "packets received", Counter.RX_PACKETS);
        counter(table, "bytes received", Counter.RX_BYTES);
        counter(table, "packets encrypted", Counter.ENCRYPTED_PACKETS);
        counter(table, "packets decrypted", Counter.DECRYPTED_PACKETS);
        counter(table, "packets sent", Counter.TX_PACKETS);
        counter(table, "bytes sent", Counter.TX_BYTES);
        row(table, "packets dropped", s -> s.snapshot().dropped());
        for (DropReason reason : DropReason.values()) {
            if (sides.stream().anyMatch(s -> s.snapshot().drops(reason) > 0)) {
                row(table, "  " + reason.label(), s -> s.snapshot().drops(reason));
            }
        }
        row(table, "ns per packet (thread CPU)", s -> s.cost().perPacket());
        for (Owner owner : Owner.values()) {
            if (sides.stream().anyMatch(s -> mbufs(s, owner) > 0)) {
                row(table, "mbufs " + owner.label(), s -> mbufs(s, owner));
            }
        }
        row(table, "mbufs leaked", s -> new Report(s.name(), s.snapshot(), true).leaked());
        return table;
    }

    private static long mbufs(Side side, Owner owner) {
        return side.snapshot().mbufs().getOrDefault(owner, 0L);
    }

    private void counter(Table table, String label, Counter counter) {
        row(table, label, s -> s.snapshot().counter(counter));
    }

    private void row(Table table, String label, Function<Side, Long> value) {
        table.row(label, value.apply(sides.getFirst()), value.apply(sides.getLast()));
    }
}
