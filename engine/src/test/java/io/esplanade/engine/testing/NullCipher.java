package io.esplanade.engine.testing;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.Mem;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.CRC32C;

/**
 * A provider that leaves the text in clear and whose ICV is a checksum of key, AAD, IV and text: a
 * wrong high half of a sequence number is found out as with a cipher, for less. {@link NullEsp} has
 * the other end.
 *
 * <p>It is particular about contexts: an operation under one that was freed, or that another queue
 * has used before, ends in an error and is counted as {@linkplain #misuses misuse}. And it lets a
 * test do something in the middle of a worker's cycle: dawdle, hang, throw.
 */
public final class NullCipher implements CryptoProvider {

    /** What happens on a worker's thread when it submits. */
    @FunctionalInterface
    public interface Interruption {
        void submitting();
    }

    private static final int MOST = 1 << 12; // contexts at a time
    private static final int INDEX = MOST - 1;

    private final Interruption interruption;
    private final AtomicLongArray contexts = new AtomicLongArray(MOST); // 0 for none
    private final AtomicIntegerArray seeds = new AtomicIntegerArray(MOST);
    private final AtomicIntegerArray users = new AtomicIntegerArray(MOST); // queues, from 1 on
    private final AtomicLong misuses = new AtomicLong();
    private final BitSet taken = new BitSet(MOST);
    private long made;
    private int queues;

    public NullCipher() {
        this(() -> {});
    }

    /**
     * @param interruption called by whichever worker submits; what it throws comes out of submit
     */
    public NullCipher(Interruption interruption) {
        this.interruption = interruption;
    }

    /** Operations under contexts that were freed, or that are another worker's. */
    public long misuses() {
        return misuses.get();
    }

    @Override
    public String name() {
        return "null-cipher";
    }

    @Override
    public void load() {
        // Always ready.
    }

    @Override
    public String description() {
        return "no cipher at all";
    }

    @Override
    public Set<Suite> suites() {
        return Set.of(Suite.AES_GCM_16_128);
    }

    @Override
    public synchronized long newContext(Suite suite, KeyMaterial key, Operation direction)
            throws CryptoException {
        int index = taken.nextClearBit(0);
        if (index == MOST) {
            throw new CryptoException("no more than " + MOST + " contexts at a time");
        }
        taken.set(index);
        users.set(index, 0);
        seeds.set(index, seed(key.segment().toArray(ValueLayout.JAVA_BYTE)));
        long context = ++made * MOST + index; // never the same again
        contexts.set(index, context);
        return context;
    }

    @Override
    public synchronized void freeContext(long context) {
        int index = (int) context & INDEX;
        if (!contexts.compareAndSet(index, context, 0)) {
            throw new IllegalArgumentException("no context, or freed before");
        }
        taken.clear(index);
    }

    @Override
    public synchronized int contexts() {
        return taken.cardinality();
    }

    @Override
    public synchronized CryptoQueue newQueue(CryptoBurst burst) {
        return new Queue(burst, ++queues);
    }

    static int seed(byte[] key) {
        return Arrays.hashCode(key);
    }

    /** The ICV: four times the checksum. */
    static byte[] icv(int seed, byte[] aad, byte[] iv, byte[] text) {
        CRC32C crc = new CRC32C();
        crc.update(seed);
        crc.update(seed >>> 8);
        crc.update(seed >>> 16);
        crc.update(aad);
        crc.update(iv);
        crc.update(text);
        byte[] icv = new byte[16];
        for (int i = 0; i < icv.length; i++) {
            icv[i] = (byte) (crc.getValue() >>> i % 4 * 8);
        }
        return icv;
    }

    private final class Queue implements CryptoQueue {
        private final CryptoBurst burst;
        private final int number;
        private int completed;
        private int failed;

        Queue(CryptoBurst burst, int number) {
            this.burst = burst;
            this.number = number;
        }

        @Override
        public int submit(int from, int n) {
            interruption.submitting();
            failed = from == 0 ? 0 : failed;
            for (int i = from; i < from + n; i++) {
                Status status = run(burst.address(i));
                burst.status(i, status);
                failed += status == Status.OK ? 0 : 1;
            }
            completed = from + n;
            return n;
        }

        @Override
        public int poll() {
            return completed;
        }

        @Override
        public int failed() {
            return failed;
        }

        @Override
        public void close() {
            // It holds nothing.
        }

        private Status run(long d) {
            long context = Mem.getLong(d + CryptoBurst.CONTEXT);
            int index = (int) context & INDEX;
            boolean mine = users.compareAndSet(index, 0, number) || users.get(index) == number;
            byte[] icv = icv(d, seeds.get(index));
            if (!mine || contexts.get(index) != context) { // still so after all was read
                misuses.incrementAndGet();
                return Status.ERROR;
            }
            long tag = Mem.getLong(d + CryptoBurst.DATA) + Mem.getInt(d + CryptoBurst.LENGTH);
            if (Mem.getUnsignedByte(d + CryptoBurst.OPERATION) == Operation.ENCRYPT.ordinal()) {
                Mem.copyFrom(icv, 0, tag, icv.length);
                return Status.OK;
            }
            return Arrays.equals(icv, Mem.bytes(tag, icv.length)) ? Status.OK : Status.BAD_TAG;
        }

        private static byte[] icv(long d, int seed) {
            return NullCipher.icv(
                    seed,
                    Mem.bytes(d + CryptoBurst.AAD, Mem.getInt(d + CryptoBurst.AAD_LENGTH)),
                    Mem.bytes(d + CryptoBurst.IV, Mem.getUnsignedByte(d + CryptoBurst.IV_LENGTH)),
                    Mem.bytes(
                            Mem.getLong(d + CryptoBurst.DATA), Mem.getInt(d + CryptoBurst.LENGTH)));
        }
    }
}
