package io.esplanade.engine.crypto;

import io.esplanade.engine.os.LockedSlots;
import io.esplanade.engine.os.Mem;

import java.lang.foreign.MemorySegment;

/** The process's memory for keys. Thread-safe. */
final class KeyVault {

    /** Bytes of the longest key material: a 32-byte cipher key, a 64-byte MAC key and a salt. */
    static final int SLOT_SIZE = 128;

    private static final LockedSlots SLOTS = new LockedSlots(SLOT_SIZE, "keys");

    private KeyVault() {}

    static Slot allocate(long length) {
        if (length < 1 || length > SLOT_SIZE) {
            throw new IllegalArgumentException(
                    "key material is 1 to " + SLOT_SIZE + " bytes, not " + length);
        }
        return new Slot(SLOTS.allocate(), (int) length);
    }

    /** Room for one key. */
    static final class Slot {
        private final int length;
        private long address;

        private Slot(long address, int length) {
            this.address = address;
            this.length = length;
        }

        int length() {
            return length;
        }

        synchronized MemorySegment segment() {
            if (address == 0) {
                throw new IllegalStateException("the key was wiped: its SA is retired");
            }
            return Mem.segment(address, length);
        }

        synchronized void close() {
            if (address != 0) {
                SLOTS.free(address);
                address = 0;
            }
        }
    }
}
