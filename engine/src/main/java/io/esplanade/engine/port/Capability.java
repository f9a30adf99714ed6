package io.esplanade.engine.port;

/** What a port does so that the engine need not, or promises that the engine builds on. */
public enum Capability {
    /** Receive: says by {@code CSUM_VERIFIED} which checksums it has checked. */
    RX_CHECKSUM,
    /** Transmit: completes {@code CSUM_PARTIAL} checksums. */
    TX_CHECKSUM,
    /** Receive: splits super-packets of the host into packets of the MTU. */
    SPLIT,
    /** Transmit: coalesces runs of equal segments into super-packets for the host. */
    COALESCE,
    /**
     * Transmit: never loses a packet; a full queue holds the lane up instead of dropping. Only file
     * sinks and cables in memory are lossless: congestion elsewhere must not stop a lane.
     */
    LOSSLESS,
    /**
     * The pool's buffers are shared with the kernel: mbufs may be posted, and nothing is copied.
     */
    ZERO_COPY
}
