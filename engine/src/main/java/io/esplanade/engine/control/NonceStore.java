package io.esplanade.engine.control;

import java.io.IOException;

/**
 * Remembers, across restarts and crashes, which sequence numbers a static key may have used.
 *
 * <p>With a counter-mode cipher two packets under one key and nonce give both away, so a key that
 * outlives the process must never see a sequence number twice. The store hands out blocks of
 * numbers and makes each durable <em>before</em> it answers; after a crash the rest of the last
 * block is lost, never repeated. Keys are known by a fingerprint of key and salt, never by SPI: the
 * same key under another SPI is the same danger.
 *
 * <p>A rolled-back disk or virtual machine snapshot defeats any such store.
 *
 * <p>Thread-safe; calls may block on the disk, so only the conductor makes them.
 */
public interface NonceStore extends AutoCloseable {

    /** Bytes of a key's fingerprint. */
    int FINGERPRINT_LENGTH = 16;

    /**
     * Reserves {@code count} numbers for the key: durably, before the answer.
     *
     * @param fingerprint {@link #FINGERPRINT_LENGTH} bytes that stand for key and salt
     * @param atLeast the first number must not be below this (an initial sequence number)
     * @return the first number of the block; the block is {@code [first, first + count)}, less when
     *     it would pass 2⁶⁴ - 1 read unsigned
     * @throws IOException if the reservation could not be made durable; none of it may be used
     */
    long reserve(byte[] fingerprint, long atLeast, long count) throws IOException;

    @Override
    void close() throws IOException;
}
