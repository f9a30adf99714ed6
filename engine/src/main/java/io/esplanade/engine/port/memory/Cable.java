package io.esplanade.engine.port.memory;

import io.esplanade.engine.port.AbstractPort;
import io.esplanade.engine.port.LinkType;

import java.util.Objects;

/**
 * What a cable in memory is like.
 *
 * @param linkType what stands before the IP header of a packet on it
 * @param mtu largest IP packet in bytes
 * @param queues how many strands it has, 1 to 256, each with two directions and a ring for each:
 *     the port at either end has as many receive and as many transmit queues
 * @param ringBytes how much each direction of a strand holds, 16 bytes a packet included; a power
 *     of two from 256 KiB to 1 GiB
 * @param lossless whether a full strand holds its sender up; otherwise the sender's engine drops
 *     what does not fit, as {@code TRANSMIT_FULL}
 */
public record Cable(LinkType linkType, int mtu, int queues, int ringBytes, boolean lossless) {

    /** Raw IP, an MTU of 1500 bytes, one strand, 1 MiB each way, lossless. */
    public static final Cable DEFAULT =
            new Cable(LinkType.RAW_IP, AbstractPort.DEFAULT_MTU, 1, 1 << 20, true);

    private static final int MAX_QUEUES = 256; // an mbuf notes its queue in a byte

    public Cable {
        Objects.requireNonNull(linkType, "linkType");
        if (queues < 1 || queues > MAX_QUEUES) {
            throw new IllegalArgumentException(
                    "a cable has 1 to %d queues, not %d".formatted(MAX_QUEUES, queues));
        }
    }

    public Cable withLinkType(LinkType newLinkType) {
        return new Cable(newLinkType, mtu, queues, ringBytes, lossless);
    }

    public Cable withMtu(int newMtu) {
        return new Cable(linkType, newMtu, queues, ringBytes, lossless);
    }

    public Cable withQueues(int newQueues) {
        return new Cable(linkType, mtu, newQueues, ringBytes, lossless);
    }

    public Cable withRingBytes(int newRingBytes) {
        return new Cable(linkType, mtu, queues, newRingBytes, lossless);
    }

    public Cable withLossless(boolean newLossless) {
        return new Cable(linkType, mtu, queues, ringBytes, newLossless);
    }
}
