package io.esplanade.engine.crypto;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The process's memory for keys: pages locked against swapping and left out of core dumps, cut into
 * slots. Pages are kept for the next key and never given back, so that the locked memory of a
 * process is what its most keys at one time needed. Thread-safe.
 */
final class KeyVault {

    /** Bytes of the longest key material: a 32-byte cipher key, a 64-byte MAC key and a salt. */
    static final int SLOT_SIZE = 128;

    private static final int SLOTS = 32; // one page

    private static final ArrayDeque<Long> FREE = new ArrayDeque<>();
    private static final List<Region> PAGES = new ArrayList<>();
    private static boolean warned;

    private KeyVault() {}

    static synchronized Slot allocate(long length) {
        if (length < 1 || length > SLOT_SIZE) {
            throw new IllegalArgumentException(
                    "key material is 1 to " + SLOT_SIZE + " bytes, not " + length);
        }
        if (FREE.isEmpty()) {
            addPage();
        }
        return new Slot(FREE.pop(), (int) length);
    }

    private static void addPage() {
        Region page = Region.map((long) SLOTS * SLOT_SIZE, "keys");
        if (!page.lock() && !warned) {
            warned = true;
            System.getLogger(KeyVault.class.getName())
                    .log(
                            Level.WARNING,
                            "Keys are not locked into memory and may be swapped to disk: raise the"
                                    + " limit (ulimit -l, LimitMEMLOCK=) or turn swap off.");
        }
        PAGES.add(page);
        for (int i = 0; i < SLOTS; i++) {
            FREE.add(page.address() + (long) i * SLOT_SIZE);
        }
    }

    private static synchronized void free(long address) {
        Mem.fill(address, SLOT_SIZE, 0);
        FREE.push(address);
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
                free(address);
                address = 0;
            }
        }
    }
}
