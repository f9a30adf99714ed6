package io.esplanade.engine.crypto.jce;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.os.Mem;

/** Operations one after the other in {@link #submit}: nothing is ever pending. */
final class JceQueue implements CryptoQueue {

    private final CryptoBurst burst;
    private int completed;
    private int failed;

    JceQueue(CryptoBurst burst) {
        this.burst = burst;
    }

    @Override
    public int submit(int from, int n) {
        failed = from == 0 ? 0 : failed;
        for (int i = from; i < from + n; i++) {
            long d = burst.address(i);
            JceContext context = JceProvider.context(Mem.getLong(d + CryptoBurst.CONTEXT));
            Status status = context == null ? Status.ERROR : context.run(d);
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
}
