package io.esplanade.engine.crypto;

import java.lang.foreign.MemorySegment;

/**
 * Key and salt of one SA, outside the heap, in locked memory that core dumps leave out.
 *
 * <p>It cannot be compared or printed: there is no {@code equals}, and {@code toString} shows
 * nothing. Thread-safe to read until {@link #close}, which wipes it.
 */
public final class KeyMaterial implements AutoCloseable {

    private final KeyVault.Slot slot;

    private KeyMaterial(KeyVault.Slot slot) {
        this.slot = slot;
    }

    /**
     * Takes the bytes of {@code key} and fills the array with zeros, whether it succeeds or not.
     */
    public static KeyMaterial takeFrom(byte[] key) {
        return takeFrom(MemorySegment.ofArray(key));
    }

    /**
     * Takes the bytes of {@code key} and fills the segment with zeros, whether it succeeds or not.
     *
     * @throws IllegalArgumentException if the segment is read-only, empty or longer than any key
     */
    public static KeyMaterial takeFrom(MemorySegment key) {
        if (key.isReadOnly()) {
            throw new IllegalArgumentException("a read-only segment cannot be wiped");
        }
        try {
            return new KeyMaterial(filled(key));
        } finally {
            key.fill((byte) 0);
        }
    }

    private static KeyVault.Slot filled(MemorySegment key) {
        KeyVault.Slot slot = KeyVault.allocate(key.byteSize());
        try {
            slot.segment().copyFrom(key);
            return slot;
        } catch (RuntimeException e) { // its arena was closed, or is another thread's
            slot.close();
            throw e;
        }
    }

    /** Bytes of key and salt. */
    public int length() {
        return slot.length();
    }

    /**
     * The bytes themselves, for providers, for the time of one call.
     *
     * @throws IllegalStateException if it was closed
     */
    public MemorySegment segment() {
        return slot.segment();
    }

    /** Wipes the key; closing twice does nothing. */
    @Override
    public void close() {
        slot.close();
    }

    @Override
    public String toString() {
        return "[key]";
    }
}
