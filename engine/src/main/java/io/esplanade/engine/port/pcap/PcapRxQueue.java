package io.esplanade.engine.port.pcap;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.RxQueue;

import java.io.IOException;

/** The packets of a capture. One thread. */
final class PcapRxQueue implements RxQueue {

    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int ETHERTYPE_VLAN = 0x8100; // IEEE 802.1Q
    private static final int ETHERTYPE_SERVICE_VLAN = 0x88a8; // IEEE 802.1ad

    private final String port;
    private final LinkType linkType;
    private final CaptureReader reader;
    private final MbufFiller filler;
    private boolean waiting; // the reader stands on a packet that found no mbuf
    private boolean ended;
    private volatile IOException failure;

    PcapRxQueue(String port, LinkType linkType, CaptureReader reader, MbufFiller filler) {
        this.port = port;
        this.linkType = linkType;
        this.reader = reader;
        this.filler = filler;
    }

    @Override
    public int receive(Burst burst, int max) {
        int received = 0;
        try {
            while (received < max && moveOn()) {
                int skipped = linkType == LinkType.RAW_IP ? linkHeaderLength() : 0;
                long mbuf =
                        filler.fill(
                                reader.address() + skipped,
                                reader.length() - skipped,
                                reader.time());
                if (mbuf == Mbuf.NULL) {
                    break;
                }
                waiting = false;
                burst.add(mbuf);
                received++;
            }
        } catch (IOException e) {
            fail(e);
        }
        return received;
    }

    /** Whether there is a packet to deliver. */
    private boolean moveOn() throws IOException {
        if (!waiting && !ended) {
            waiting = reader.next();
            ended = !waiting;
            if (waiting) {
                checkLinkType();
            }
        }
        return waiting;
    }

    private void checkLinkType() throws IOException {
        if (reader.linkType() != linkType && linkType == LinkType.ETHERNET) {
            throw new IOException("the capture has packets of raw IP; say link: raw");
        }
    }

    /**
     * Bytes before the IP header. A frame with anything else begins with its EtherType, which is no
     * IP version either, so Ingress drops it as {@code NOT_IP}.
     */
    private int linkHeaderLength() throws IOException {
        if (reader.linkType() == LinkType.RAW_IP) {
            return 0;
        }
        long frame = reader.address();
        int length = reader.length();
        int at = 12;
        while (length >= at + 2) {
            switch (Mem.getShortBE(frame + at)) {
                case ETHERTYPE_VLAN, ETHERTYPE_SERVICE_VLAN -> at += 4;
                case ETHERTYPE_IPV4, ETHERTYPE_IPV6 -> {
                    return at + 2;
                }
                default -> {
                    return at;
                }
            }
        }
        return length;
    }

    private void fail(IOException e) {
        failure = PcapPort.failure(port, e);
        waiting = false;
        ended = true;
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public Throwable failure() {
        return failure;
    }

    @Override
    public long starved() {
        return filler.starved();
    }
}
