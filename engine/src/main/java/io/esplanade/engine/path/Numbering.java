package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.SequenceSource;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;

/**
 * Gives packets that are to be encrypted their sequence numbers: each by itself while it is
 * classified, or each run of packets of one SA together when the burst is. The thread of Ingress.
 */
final class Numbering {

    private final SaTable sas;
    private final SequenceSource sequences;
    private final DropSink drops;
    private final boolean byRuns;

    Numbering(SaTable sas, SequenceSource sequences, DropSink drops) {
        this.sas = sas;
        this.sequences = sequences;
        this.drops = drops;
        byRuns = sequences.byRuns();
    }

    /**
     * Numbers a packet of {@code length} bytes that is to be encrypted, unless runs are numbered.
     *
     * @return {@link DropReason#NONE}, or why there is no number for it
     */
    DropReason number(long mbuf, OutboundState sa, int length) {
        return byRuns ? DropReason.NONE : give(mbuf, sa, sequences.next(sa), length);
    }

    private DropReason give(long mbuf, OutboundState sa, long sequence, int length) {
        if (sequence == SequenceSource.NONE) {
            return sa.refusal();
        }
        Mbuf.sequence(mbuf, sequence);
        sas.count(sa, length);
        return DropReason.NONE;
    }

    /**
     * Numbers the packets of a classified burst, if runs are numbered; those for which there is no
     * number are dropped.
     */
    void numberRuns(Burst burst) {
        if (!byRuns) {
            return;
        }
        int kept = 0;
        int n = burst.count();
        for (int start = 0; start < n; ) {
            int end = endOfRun(burst, start);
            kept = numberRun(burst, start, end, kept);
            start = end;
        }
        burst.count(kept);
    }

    /** One past the last of the packets from {@code start} on that are to be numbered together. */
    private static int endOfRun(Burst burst, int start) {
        long first = burst.get(start);
        int end = start + 1;
        while (end < burst.count() && isSameRun(first, burst.get(end))) {
            end++;
        }
        return end;
    }

    private static boolean isSameRun(long first, long mbuf) {
        return Mbuf.sa(mbuf) == Mbuf.sa(first)
                && Mbuf.saGeneration(mbuf) == Mbuf.saGeneration(first)
                && Mbuf.has(mbuf, Mbuf.ENCRYPT) == Mbuf.has(first, Mbuf.ENCRYPT);
    }

    /** Numbers a run and moves what stays up to {@code kept}; says where that ends. */
    private int numberRun(Burst burst, int start, int end, int kept) {
        long mbuf = burst.get(start);
        int slot = Mbuf.sa(mbuf);
        int generation = Mbuf.saGeneration(mbuf);
        OutboundState sa =
                Mbuf.has(mbuf, Mbuf.ENCRYPT) ? sas.outboundState(slot, generation) : null;
        long first = sa == null ? SequenceSource.NONE : sequences.take(sa, end - start);
        for (int i = start; i < end; i++) {
            mbuf = burst.get(i);
            if (sa != null) {
                long sequence =
                        first == SequenceSource.NONE ? sequences.next(sa) : first + i - start;
                DropReason reason = give(mbuf, sa, sequence, Mbuf.length(mbuf));
                if (reason != DropReason.NONE) {
                    sas.release(slot, generation);
                    drops.drop(mbuf, reason);
                    continue;
                }
            }
            burst.set(kept++, mbuf);
        }
        return kept;
    }
}
