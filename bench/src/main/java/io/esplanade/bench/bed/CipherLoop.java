package io.esplanade.bench.bed;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

/**
 * The cipher and nothing else: bursts of encryptions in place, each packet with its own IV, AAD and
 * buffer. It shares nothing, so several on as many cores are the machine's ceiling. One thread.
 */
public final class CipherLoop implements AutoCloseable {

    private final CryptoProvider provider;
    private final int size;
    private final CryptoBurst burst;
    private final Region buffers;
    private final CryptoQueue queue;
    private final long context;
    private final int length;
    private long sequence;

    /**
     * @param bytes of the inner packet: the ESP trailer is encrypted with it
     * @param size packets per burst
     */
    public CipherLoop(CryptoProvider provider, int bytes, int size) throws CryptoException {
        this.provider = provider;
        this.size = size;
        length = bytes + 2 + (-(bytes + 2) & 3);
        try (KeyMaterial key = KeyMaterial.takeFrom(Traffic.newKey())) {
            context = provider.newContext(Traffic.SUITE, key, CryptoBurst.Operation.ENCRYPT);
        }
        burst = new CryptoBurst(size);
        buffers = Region.map((long) size * MbufPool.SMALL_SIZE, "buffers");
        queue = provider.newQueue(burst);
    }

    /**
     * Encrypts one burst.
     *
     * @return how many packets that was
     */
    public int run() {
        for (int i = 0; i < size; i++) {
            long data = buffers.address() + (long) i * MbufPool.SMALL_SIZE;
            long d =
                    burst.describe(
                            i,
                            CryptoBurst.form(CryptoBurst.Operation.ENCRYPT, 16, 12),
                            context,
                            data,
                            length);
            CryptoBurst.aead(d, CryptoBurst.aeadForm(12, 0));
            Mem.putLongBE(d + CryptoBurst.IV + 4, ++sequence);
            Mem.putLongBE(d + CryptoBurst.AAD + 4, sequence);
        }
        queue.submit(size);
        return queue.poll();
    }

    @Override
    public void close() {
        queue.close();
        provider.freeContext(context);
        burst.close();
        buffers.close();
    }
}
