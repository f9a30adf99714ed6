package io.esplanade.engine.port.memory;

import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.SingleQueuePort;

import java.util.Objects;

/**
 * What a cable in memory is like.
 *
 * @param linkType what stands before the IP header of a packet on it
 * @param mtu largest IP packet in bytes
 * @param ringBytes how much each direction holds, 16 bytes a packet included; a power of two from
 *     256 KiB to 1 GiB
 * @param lossless whether a full direction holds its sender up; otherwise the sender's engine drops
 *     what does not fit, as {@code TRANSMIT_FULL}
 */
public record Cable(LinkType linkType, int mtu, int ringBytes, boolean lossless) {

    /** Raw IP, an MTU of 1500 bytes, 1 MiB each way, lossless. */
    public static final Cable DEFAULT =
            new Cable(LinkType.RAW_IP, SingleQueuePort.DEFAULT_MTU, 1 << 20, true);

    public Cable {
        Objects.requireNonNull(linkType, "linkType");
    }

    public Cable withLinkType(LinkType newLinkType) {
        return new Cable(newLinkType, mtu, ringBytes, lossless);
    }

    public Cable withMtu(int newMtu) {
        return new Cable(linkType, newMtu, ringBytes, lossless);
    }

    public Cable withRingBytes(int newRingBytes) {
        return new Cable(linkType, mtu, newRingBytes, lossless);
    }

    public Cable withLossless(boolean newLossless) {
        return new Cable(linkType, mtu, ringBytes, newLossless);
    }
}
