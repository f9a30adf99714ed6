package io.esplanade.engine.crypto.ipsecmb;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.os.Region;

/**
 * Operations in {@link #submit}, by one downcall for all of them. A queue has a manager of
 * ipsec-mb's for itself, in locked memory, because parts of keys pass through it.
 */
final class IpsecMbQueue extends Padded implements CryptoQueue {

    private final Region memory;
    private final long queue;
    private final long burst;
    private int completed;
    private int failed;

    IpsecMbQueue(CryptoBurst burst) {
        memory = newManager();
        queue = memory.address();
        this.burst = burst.address(0);
    }

    /**
     * Memory of a queue, made ready.
     *
     * @throws UnsupportedOperationException if ipsec-mb does not run on this processor
     */
    static Region newManager() {
        Region memory = Region.mapLocked(IpsecMb.queueSize(), "a crypto queue");
        String whyNot = IpsecMb.initQueue(memory.address());
        if (whyNot != null) {
            memory.close();
            throw new UnsupportedOperationException("ipsec-mb does not run here: " + whyNot);
        }
        return memory;
    }

    @Override
    public int submit(int from, int n) {
        int failures = IpsecMb.submit(queue, burst, from, n);
        failed = from == 0 ? failures : failed + failures;
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
        memory.close();
    }
}
