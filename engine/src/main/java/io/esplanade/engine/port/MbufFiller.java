package io.esplanade.engine.port;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Mem;

/**
 * Copies received packets into mbufs, for the receive queues of ports that own no mbuf buffers.
 *
 * <p>A packet gets a buffer with {@link #TAILROOM} behind it, a large one where a small one is too
 * small. What exceeds any buffer of the pool is cut: it is shorter than its header says, and
 * Ingress drops it by that name, so that one such packet does not hold up all behind it for ever.
 *
 * <p>Used by the queue's thread alone.
 */
public final class MbufFiller {

    /** Bytes left free behind each packet: ESP padding, trailer and the longest ICV. */
    public static final int TAILROOM = 64;

    /** The longest packet there is: 65535 bytes of IP behind an Ethernet header with two tags. */
    private static final int LONGEST = 65_535 + 14 + 2 * 4;

    private final MbufSource source;
    private final int longest;
    private long starved;

    public MbufFiller(MbufPool pool, MbufSource source) {
        this.source = source;
        boolean large = pool.size() > pool.smallCount();
        longest = large ? LONGEST : MbufPool.SMALL_SIZE - MbufPool.HEADROOM - TAILROOM;
    }

    /**
     * An mbuf owned by {@code INGRESS} that holds the {@code length} bytes at {@code address}, or
     * {@link Mbuf#NULL} if the source has none: the packet is to be offered again later.
     *
     * @param time when it was received, ns since 1970; 0 if not known
     */
    public long fill(long address, int length, long time) {
        int copied = Math.min(length, longest);
        long mbuf = empty(copied);
        if (mbuf != Mbuf.NULL) {
            Mem.copy(address, Mbuf.data(mbuf), copied);
            Mbuf.time(mbuf, time);
        }
        return mbuf;
    }

    /**
     * As {@link #fill}, but {@code length} bytes that the caller is to write, no more than {@link
     * #longest}.
     */
    public long empty(int length) {
        long mbuf = source.allocate(length + TAILROOM, Owner.INGRESS);
        if (mbuf == Mbuf.NULL) {
            starved++;
        } else {
            Mbuf.length(mbuf, length);
        }
        return mbuf;
    }

    /** Where the mbufs come from. */
    public MbufSource source() {
        return source;
    }

    /** The longest packet that is not cut. */
    public int longest() {
        return longest;
    }

    /** How often the source had no mbuf; see {@link RxQueue#starved}. */
    public long starved() {
        return starved;
    }
}
