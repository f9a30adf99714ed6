package io.esplanade.bench.bed;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.nio.ByteBuffer;

/**
 * ESP packets of the flows in turn, as they come from gateway A: each valid and with the next
 * number of its SA. They are {@linkplain #seal sealed} some time before they are received.
 *
 * <p>Like {@link Flows}, it keeps of a packet only what sets it apart, its first 64 and last 56
 * bytes; between these all have the same bytes, which stay in cache, so that receiving costs what
 * it costs there. A counter mode allows that: encrypted twice under the same nonce, text is itself
 * again. So each packet is encrypted twice, and its ends are written anew before the second time.
 *
 * <p>One thread.
 */
public final class SealedFeed implements Feed, AutoCloseable {

    private static final int BURST = Burst.DEFAULT_SIZE;
    private static final int OUTER = 20;
    private static final int HEAD = OUTER + 16; // SPI, number, IV
    private static final int KEY = 16;
    private static final int SALT = 4;
    private static final int ICV = 16;
    private static final int FRONT = 64;
    private static final int BACK = 56;
    private static final int ENTRY = FRONT + 64;

    private final Flows flows;
    private final CryptoProvider provider;
    private final CryptoBurst burst = new CryptoBurst(BURST);
    private final CryptoQueue queue;
    private final long[] contexts;
    private final int[] salts;
    private final long[] sequences; // by SA
    private final Region packets = Region.map((long) BURST * MbufPool.SMALL_SIZE, "ESP packets");
    private final Region sealed;
    private final int capacity;
    private final int text; // bytes encrypted
    private final int padding;
    private final int length;
    private int flow; // sealed next
    private int next;
    private long total; // sealed

    /**
     * @param size bytes of the inner packet
     * @param keys each SA's
     * @param capacity how many packets can be sealed ahead, a multiple of the burst
     */
    public SealedFeed(Flows flows, int size, CryptoProvider provider, byte[][] keys, int capacity)
            throws CryptoException {
        this.flows = flows;
        this.provider = provider;
        this.capacity = capacity;
        padding = -(size + 2) & 3;
        text = size + padding + 2;
        length = HEAD + text + ICV;
        contexts = new long[keys.length];
        salts = new int[keys.length];
        sequences = new long[keys.length];
        for (int i = 0; i < keys.length; i++) {
            try (KeyMaterial key = KeyMaterial.takeFrom(keys[i].clone())) {
                contexts[i] =
                        provider.newContext(Traffic.SUITE, key, CryptoBurst.Operation.ENCRYPT);
            }
            salts[i] = ByteBuffer.wrap(keys[i]).getInt(KEY);
        }
        queue = provider.newQueue(burst);
        sealed = Region.map((long) capacity * ENTRY, "sealed packets");
        byte[] outer = outerHeader();
        for (int i = 0; i < BURST; i++) {
            Mem.copyFrom(outer, 0, packet(i), outer.length);
        }
    }

    private byte[] outerHeader() {
        ByteBuffer header = ByteBuffer.allocate(OUTER);
        header.putShort(0, (short) 0x4500).putShort(2, (short) length).put(8, (byte) 64);
        header.put(9, (byte) 50).put(12, Traffic.A.getAddress()).put(16, Traffic.B.getAddress());
        header.putShort(10, (short) FlowSet.checksum(header));
        return header.array();
    }

    private long packet(int index) {
        return packets.address() + (long) index * MbufPool.SMALL_SIZE;
    }

    /** Seals as many packets as there is room for; all earlier ones have been received. */
    public void seal() {
        for (int at = 0; at < capacity; at += BURST) {
            int first = flow;
            for (int i = 0; i < BURST; i++) {
                describe(i, ++sequences[flow % contexts.length]);
                advance();
            }
            for (int pass = 0; pass < 2; pass++) {
                flow = first;
                for (int i = 0; i < BURST; i++) {
                    writeEnds(packet(i) + HEAD);
                    advance();
                }
                queue.submit(BURST);
            }
            for (int i = 0; i < BURST; i++) {
                keep(packet(i), sealed.address() + (long) (at + i) * ENTRY);
            }
        }
        next = 0;
        total += capacity;
    }

    private void advance() {
        flow = flow + 1 == flows.count() ? 0 : flow + 1;
    }

    private void describe(int index, long sequence) {
        int sa = flow % contexts.length;
        long esp = packet(index) + OUTER;
        Mem.putIntBE(esp, Traffic.FIRST_SPI + sa);
        Mem.putIntBE(esp + 4, (int) sequence);
        Mem.putLongBE(esp + 8, sequence);
        long data = packet(index) + HEAD;
        long d =
                burst.describe(
                        index,
                        CryptoBurst.form(CryptoBurst.Operation.ENCRYPT, ICV, SALT + 8),
                        contexts[sa],
                        data,
                        text);
        CryptoBurst.aead(d, CryptoBurst.aeadForm(12, Integer.reverseBytes(salts[sa])));
        Mem.putLongBE(d + CryptoBurst.IV + SALT, sequence);
        Mem.putIntBE(d + CryptoBurst.AAD, Traffic.FIRST_SPI + sa);
        Mem.putLongBE(d + CryptoBurst.AAD + 4, sequence);
    }

    /** Writes the flow's headers and the trailer (RFC 4303 §2.4). */
    private void writeEnds(long inner) {
        Mem.copy(flows.front(flow), inner, FlowSet.HEADERS);
        long end = inner + text;
        Mem.fill(end - (BACK - ICV), BACK - ICV, 0);
        for (int i = 0; i < padding; i++) {
            Mem.putByte(end - 2 - padding + i, i + 1);
        }
        Mem.putByte(end - 2, padding);
        Mem.putByte(end - 1, 4);
    }

    private void keep(long packet, long to) {
        Mem.copy(packet, to, FRONT);
        Mem.copy(packet + length - BACK, to + FRONT, BACK);
    }

    @Override
    public void next(long mbuf) {
        if (next == capacity) {
            throw new IllegalStateException("more is received than was sealed");
        }
        copyTo(mbuf, next++);
    }

    /** Makes {@code mbuf} the packet that was received last, once more. */
    public void again(long mbuf) {
        copyTo(mbuf, next - 1);
    }

    /** Passes over the next packet. */
    public void skip() {
        next++;
    }

    /** How many packets were received so far, all SAs together; with one SA, its last number. */
    public long received() {
        return total - capacity + next;
    }

    /** How many are sealed and not received yet. */
    public int left() {
        return capacity - next;
    }

    private void copyTo(long mbuf, int index) {
        long from = sealed.address() + (long) index * ENTRY;
        long data = Mbuf.data(mbuf);
        Mem.copy(from, data, FRONT);
        if (length > FRONT + BACK) {
            Mem.copy(packets.address() + FRONT, data + FRONT, length - FRONT - BACK);
        }
        Mem.copy(from + FRONT, data + length - BACK, BACK);
        Mbuf.length(mbuf, length);
    }

    @Override
    public void close() {
        queue.close();
        for (long context : contexts) {
            provider.freeContext(context);
        }
        burst.close();
        packets.close();
        sealed.close();
    }
}
