package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Flows laid out in memory, to be copied into mbufs: the first 64 bytes of each flow's packet, and
 * one payload for all of them, which stays in cache as what a card has just written does.
 *
 * <p>Immutable once made; closed after the last reader.
 */
public final class Flows implements AutoCloseable {

    private static final int FRONT = 64;
    private static final int LONGEST = 1500;

    private final Region fronts;
    private final Region payload;
    private final int[] lengths;
    private final int[][] byQueue;

    /**
     * @param queues how many receive queues share the flows
     */
    public Flows(FlowSet set, FrameSize size, Steering steering, int queues) {
        int count = set.count();
        fronts = Region.map((long) count * FRONT, "packet fronts");
        payload = Region.map(LONGEST, "payload");
        lengths = new int[count];
        byQueue = new int[queues][];
        for (int q = 0; q < queues; q++) {
            int queue = q;
            byQueue[q] =
                    IntStream.range(0, count)
                            .filter(f -> steering.queue(f, set.sas(), queues) == queue)
                            .toArray();
            for (int i = 0; i < byQueue[q].length; i++) {
                lengths[byQueue[q][i]] = size.length(i);
            }
        }
        byte[] front = new byte[FRONT];
        for (int f = 0; f < count; f++) {
            Arrays.fill(front, (byte) f);
            set.headers(f, lengths[f], ByteBuffer.wrap(front));
            Mem.copyFrom(front, 0, front(f), FRONT);
        }
    }

    /** The flows that arrive on queue {@code queue}. */
    int[] ofQueue(int queue) {
        return byQueue[queue];
    }

    public int count() {
        return lengths.length;
    }

    /** Where the flow's headers are. */
    long front(int flow) {
        return fronts.address() + (long) flow * FRONT;
    }

    /** Makes {@code mbuf} a packet of the flow. */
    void copyTo(long mbuf, int flow) {
        int length = lengths[flow];
        long data = Mbuf.data(mbuf);
        Mem.copy(front(flow), data, FRONT);
        if (length > FRONT) {
            Mem.copy(payload.address(), data + FRONT, length - FRONT);
        }
        Mbuf.length(mbuf, length);
    }

    @Override
    public void close() {
        fronts.close();
        payload.close();
    }
}
