package io.esplanade.engine.crypto;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.os.Mem;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A provider without cryptography: it adds a number made of the key and the IV to each byte, and
 * its tag is a hash. Synchronous, or completing a few operations in each poll; either way it takes
 * only so many at a time. For tests of whatever uses providers.
 */
public final class FakeProvider implements CryptoProvider {

    private record Context(int seed, Operation direction) {}

    private final String name;
    private final int room;
    private final int chunk;
    private final Map<Long, Context> contexts = new HashMap<>();
    private long last;

    private FakeProvider(String name, int room, int chunk) {
        this.name = name;
        this.room = room;
        this.chunk = chunk;
    }

    /** One that completes in submit and accepts {@code room} operations in each. */
    public static FakeProvider synchronous(int room) {
        return new FakeProvider("fake-synchronous", room, 0);
    }

    /** One that has room for {@code room} pending operations and completes {@code chunk} a poll. */
    public static FakeProvider asynchronous(int room, int chunk) {
        return new FakeProvider("fake-asynchronous", room, chunk);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void load() {
        // Always ready.
    }

    @Override
    public String description() {
        return "no cryptography at all";
    }

    @Override
    public Set<Suite> suites() {
        return Set.of(Suite.AES_GCM_16_128);
    }

    @Override
    public synchronized long newContext(Suite suite, KeyMaterial key, Operation direction)
            throws CryptoException {
        if (!suites().contains(suite)) {
            throw new CryptoException(name + " does not serve " + suite.keyword());
        }
        if (key.length() != suite.keyMaterialLength()) {
            throw new CryptoException(
                    "%s takes %d bytes, not %d"
                            .formatted(suite.keyword(), suite.keyMaterialLength(), key.length()));
        }
        int seed = Arrays.hashCode(key.segment().toArray(ValueLayout.JAVA_BYTE));
        contexts.put(++last, new Context(seed, direction));
        return last;
    }

    @Override
    public synchronized void freeContext(long context) {
        if (contexts.remove(context) == null) {
            throw new IllegalArgumentException("no context, or freed before");
        }
    }

    @Override
    public synchronized int contexts() {
        return contexts.size();
    }

    private synchronized Context context(long context) {
        return contexts.get(context);
    }

    @Override
    public CryptoQueue newQueue(CryptoBurst burst) {
        return new Queue(burst);
    }

    private final class Queue implements CryptoQueue {
        private final CryptoBurst burst;
        private int accepted;
        private int completed;
        private int failed;

        Queue(CryptoBurst burst) {
            this.burst = burst;
        }

        @Override
        public int submit(int from, int n) {
            int pending = accepted - completed;
            if (from == 0 && pending > 0) {
                throw new IllegalStateException(pending + " operations are still pending");
            }
            if (from != 0 && from != accepted) {
                throw new IllegalStateException("operation " + accepted + " is next");
            }
            if (from == 0) {
                completed = 0;
                failed = 0;
            }
            int taken = Math.min(n, room - pending);
            accepted = from + taken;
            if (chunk == 0) {
                complete(taken);
            }
            return taken;
        }

        @Override
        public int poll() {
            complete(Math.min(chunk, accepted - completed));
            return completed;
        }

        @Override
        public int failed() {
            return failed;
        }

        private void complete(int n) {
            for (int i = 0; i < n; i++) {
                Status status = run(burst.address(completed));
                burst.status(completed++, status);
                failed += status == Status.OK ? 0 : 1;
            }
        }

        @Override
        public void close() {
            if (accepted > completed) {
                throw new IllegalStateException("operations are still pending");
            }
        }
    }

    private Status run(long d) {
        Context context = context(Mem.getLong(d + CryptoBurst.CONTEXT));
        int operation = Mem.getUnsignedByte(d + CryptoBurst.OPERATION);
        if (context == null || context.direction.ordinal() != operation) {
            return Status.ERROR;
        }
        boolean encrypt = context.direction == Operation.ENCRYPT;
        int length = Mem.getInt(d + CryptoBurst.LENGTH);
        byte[] data = Mem.bytes(Mem.getLong(d + CryptoBurst.DATA), length);
        byte[] iv = Mem.bytes(d + CryptoBurst.IV, Mem.getUnsignedByte(d + CryptoBurst.IV_LENGTH));
        int step = (31 * context.seed + Arrays.hashCode(iv)) | 1;
        byte[] result = new byte[length];
        for (int i = 0; i < length; i++) {
            result[i] = (byte) (data[i] + (encrypt ? step : -step));
        }
        Mem.copyFrom(result, 0, Mem.getLong(d + CryptoBurst.DATA), length);
        byte[] tag = tag(d, step, encrypt ? result : data);
        long address = Mem.getLong(d + CryptoBurst.DATA) + length;
        if (encrypt) {
            Mem.copyFrom(tag, 0, address, tag.length);
            return Status.OK;
        }
        return Arrays.equals(tag, Mem.bytes(address, tag.length)) ? Status.OK : Status.BAD_TAG;
    }

    private static byte[] tag(long d, int step, byte[] sealed) {
        byte[] aad = Mem.bytes(d + CryptoBurst.AAD, Mem.getInt(d + CryptoBurst.AAD_LENGTH));
        int hash = 31 * (31 * step + Arrays.hashCode(aad)) + Arrays.hashCode(sealed);
        byte[] tag = new byte[Mem.getUnsignedByte(d + CryptoBurst.TAG_LENGTH)];
        for (int i = 0; i < tag.length; i++) {
            tag[i] = (byte) (hash >> i % 4 * 8);
        }
        return tag;
    }
}
