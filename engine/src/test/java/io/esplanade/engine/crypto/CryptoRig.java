package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.CipherMode.Construction;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** A worker's end of a provider: a burst, a queue and room for each operation's packet. */
final class CryptoRig implements AutoCloseable {

    static final int OPERATIONS = 32;
    static final int LONGEST = 9216;

    /** What surrounds each packet, so that a byte written too many shows. */
    private static final byte CANARY = (byte) 0xc5;

    private static final int MARGIN = 64;
    private static final byte[] CANARIES = new byte[MARGIN];

    static {
        Arrays.fill(CANARIES, CANARY);
    }

    private static final int HEADER = 8;
    private static final int ROOM = MARGIN + LONGEST + MARGIN;
    private static final int ROUNDS = 10_000;

    final CryptoBurst burst = new CryptoBurst(OPERATIONS);
    private final CryptoQueue queue;
    private final Region packets = Region.map((long) OPERATIONS * ROOM, "test packets");

    CryptoRig(CryptoProvider provider) {
        queue = provider.newQueue(burst);
    }

    /** Where packet {@code i} is, its tag right behind it. */
    long packet(int i) {
        return packets.address() + (long) i * ROOM + MARGIN;
    }

    /** Fills in operation {@code i} of AES-GCM. */
    void fill(int i, Operation operation, long context, Aead aead) {
        fill(i, operation, Suite.AES_GCM_16_128, context, aead);
    }

    /**
     * Fills in operation {@code i}, in place, with canaries before and behind. What a suite without
     * an AEAD authenticates is some canaries, as it were the header, the data, and behind it, as
     * the sequence number's unsent half, the AAD.
     */
    void fill(int i, Operation operation, Suite suite, long context, Aead aead) {
        boolean separate = suite.mode().construction() == Construction.ENCRYPT_THEN_MAC;
        boolean encrypts =
                suite.mode() != CipherMode.NULL
                        && suite.mode().construction() != Construction.AUTHENTICATED_ONLY;
        Mem.fill(packet(i) - MARGIN, ROOM, CANARY);
        Mem.copyFrom(aead.data, 0, packet(i), aead.data.length);
        long tag = packet(i) + aead.data.length;
        Mem.copyFrom(aead.tag, 0, tag, aead.tag.length);
        long d =
                burst.describe(
                        i,
                        CryptoBurst.form(operation, aead.tag.length, aead.iv.length),
                        context,
                        packet(i),
                        encrypts ? aead.data.length : 0);
        CryptoBurst.aead(d, CryptoBurst.aeadForm(separate ? 0 : aead.aad.length, 0));
        Mem.copyFrom(aead.iv, 0, d + CryptoBurst.IV, aead.iv.length);
        if (separate) {
            CryptoBurst.authenticated(
                    d, packet(i) - HEADER, HEADER + aead.data.length, tag, 0, aead.aad.length);
            Mem.copyFrom(aead.aad, 0, d + CryptoBurst.TRAILING, aead.aad.length);
        } else {
            // Trailing bytes mean nothing here: so may an operation before have left them.
            CryptoBurst.authenticated(d, packet(i), aead.data.length, tag, -1, Integer.BYTES);
            Mem.copyFrom(aead.aad, 0, d + CryptoBurst.AAD, aead.aad.length);
        }
    }

    /** What operation {@code i} has made of {@code aead}; nothing around it may have changed. */
    Aead result(int i, Aead aead) {
        long end = packet(i) + aead.data.length + aead.tag.length;
        byte[] before = Mem.bytes(packet(i) - MARGIN, MARGIN);
        byte[] behind = Mem.bytes(end, MARGIN);
        assertThat(before).as("bytes before packet %d", i).isEqualTo(CANARIES);
        assertThat(behind).as("bytes behind packet %d", i).isEqualTo(CANARIES);
        return aead.with(
                Mem.bytes(packet(i), aead.data.length),
                Mem.bytes(packet(i) + aead.data.length, aead.tag.length));
    }

    /** Submits {@code n} operations as a worker does, and polls until all have completed. */
    void run(int n) {
        int accepted = queue.submit(n);
        int completed = 0;
        for (int round = 0; completed < n; round++) {
            assertThat(round).as("a provider must get on").isLessThan(ROUNDS);
            int now = queue.poll();
            assertThat(now).isBetween(completed, accepted);
            completed = now;
            for (int i = 0; i < n; i++) {
                assertThat(burst.status(i) != Status.PENDING)
                        .as("operation %d of %d, of which %d have completed", i, n, completed)
                        .isEqualTo(i < completed);
            }
            if (accepted < n) {
                accepted += queue.submit(accepted, n - accepted);
                assertThat(accepted).isLessThanOrEqualTo(n);
            }
        }
        long failed = IntStream.range(0, n).filter(i -> burst.status(i) != Status.OK).count();
        assertThat(queue.failed()).as("how many of %d failed", n).isEqualTo((int) failed);
    }

    /** Runs one operation and answers what it came to. */
    Status run(Operation operation, long context, Aead aead) {
        return run(operation, Suite.AES_GCM_16_128, context, aead);
    }

    /** Runs one operation and answers what it came to. */
    Status run(Operation operation, Suite suite, long context, Aead aead) {
        fill(0, operation, suite, context, aead);
        run(1);
        return burst.status(0);
    }

    @Override
    public void close() {
        queue.close();
        burst.close();
        packets.close();
    }

    /** All that goes into an operation, or comes out of it. */
    record Aead(byte[] iv, byte[] aad, byte[] data, byte[] tag) {

        /** A random packet of {@code suite}, with ESN or without, of some {@code size} bytes. */
        static Aead random(Random random, Suite suite, boolean esn, int size) {
            boolean separate = suite.mode().construction() == Construction.ENCRYPT_THEN_MAC;
            boolean whole = suite.mode().iv() == CipherMode.Iv.UNPREDICTABLE; // CBC
            int block = whole ? suite.alignment() : 1;
            int aad = separate ? esn ? 4 : 0 : esn ? 12 : 8;
            return new Aead(
                    bytes(random, suite.mode().nonceLength()),
                    bytes(random, aad),
                    bytes(random, Math.ceilDiv(size, block) * block),
                    new byte[suite.icvLength()]);
        }

        private static byte[] bytes(Random random, int length) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            return bytes;
        }

        Aead with(byte[] newData, byte[] newTag) {
            return new Aead(iv, aad, newData, newTag);
        }

        Aead withIv(byte[] newIv) {
            return new Aead(newIv, aad, data, tag);
        }

        Aead withAad(byte[] newAad) {
            return new Aead(iv, newAad, data, tag);
        }
    }
}
