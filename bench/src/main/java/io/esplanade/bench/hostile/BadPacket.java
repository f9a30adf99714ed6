package io.esplanade.bench.hostile;

import io.esplanade.bench.bed.SealedFeed;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.os.Mem;

/** The ways in which a packet for the gateway is bad, each made of one that is good. */
enum BadPacket {
    UNKNOWN_SPI("unknown SPI", DropReason.NO_SA, 0.25) {
        @Override
        void spoil(long mbuf, SealedFeed feed, int number) {
            long spi = esp(mbuf);
            Mem.putIntBE(spi, Mem.getIntBE(spi) ^ 0x4000_0000 ^ number & 0xffff);
        }
    },

    /** Its IP header says more than there is. */
    RUNT("runt", DropReason.RUNT, 0.25) {
        @Override
        void spoil(long mbuf, SealedFeed feed, int number) {
            Mbuf.length(mbuf, Mbuf.length(mbuf) - 1);
        }
    },

    /** Too short for what its SA puts around every packet. */
    ESP_RUNT("ESP runt", DropReason.ESP_RUNT, 0.25) {
        @Override
        void spoil(long mbuf, SealedFeed feed, int number) {
            Mem.putIntBE(esp(mbuf) + 4, (int) feed.received() + 1);
            resize(mbuf, SHORTEST);
        }
    },

    /** A number that was received, so long ago that the window has it for sure. */
    REPLAY("early replay", DropReason.REPLAYED, 0.25) {
        @Override
        void spoil(long mbuf, SealedFeed feed, int number) {
            Mem.putIntBE(esp(mbuf) + 4, (int) feed.received() - BEHIND);
        }
    },

    /** With a number that is new: all its bytes have to be authenticated. */
    BAD_ICV("bad ICV", DropReason.ICV_FAILED, 1.05) {
        @Override
        void spoil(long mbuf, SealedFeed feed, int number) {
            Mem.putIntBE(esp(mbuf) + 4, (int) feed.received() + 1);
        }
    },

    /** The first of a datagram that never comes: it waits, and an older one gives way to it. */
    FRAGMENT("fragment", DropReason.REASSEMBLY_FULL, Double.NaN) {
        @Override
        void spoil(long mbuf, SealedFeed feed, int number) {
            long ip = Mbuf.data(mbuf);
            Mem.putIntBE(ip + 4, number << 16);
            Ipv4.fragment(ip, 0, true);
            resize(mbuf, OUTER + FRAGMENT_DATA);
        }
    };

    private static final int OUTER = 20;
    private static final int BEHIND = 256; // what is under way, and no more than the window
    private static final int SHORTEST = OUTER + 8; // SPI and number, no IV
    private static final int FRAGMENT_DATA = 64;

    private final String label;
    private final DropReason reason;
    private final double most;

    BadPacket(String label, DropReason reason, double most) {
        this.label = label;
        this.reason = reason;
        this.most = most;
    }

    /** For people. */
    String label() {
        return label;
    }

    /** What it is dropped for. */
    DropReason reason() {
        return reason;
    }

    /** The most that it may cost, a good packet's cost being 1; NaN if that is not said. */
    double most() {
        return most;
    }

    /**
     * Makes the good packet in {@code mbuf}, which was received before, bad.
     *
     * @param feed where it is from
     * @param number another one for each packet
     */
    abstract void spoil(long mbuf, SealedFeed feed, int number);

    private static long esp(long mbuf) {
        return Mbuf.data(mbuf) + OUTER;
    }

    private static void resize(long mbuf, int length) {
        Ipv4.totalLength(Mbuf.data(mbuf), length);
        Ipv4.updateChecksum(Mbuf.data(mbuf));
        Mbuf.length(mbuf, length);
    }
}
