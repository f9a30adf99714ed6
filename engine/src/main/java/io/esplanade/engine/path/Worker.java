package io.esplanade.engine.path;

import io.esplanade.engine.ah.AuthenticationHeader;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.esp.Decapsulator;
import io.esplanade.engine.esp.Encapsulator;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Padded;

/**
 * The second stage: ESP headers and cryptography. Parallel: it needs no order and touches no SA's
 * sequence number or window.
 *
 * <p>Fills the descriptors of a whole burst, then makes one submission per provider in use. What
 * fails is marked in its metadata and stays in the burst. One thread.
 */
public final class Worker extends Padded implements AutoCloseable {

    private final SaTable sas;
    private final int index;
    private final CounterTable counters;
    private final Submission[] submissions;

    // Of the burst at work.
    private int encrypted;
    private long encryptedBytes;

    /**
     * @param index which of its lane's workers it is, and so which contexts it uses
     * @param providers by the index that SA states name
     * @param burstSize the most mbufs in one burst
     */
    public Worker(
            SaTable sas,
            int index,
            CryptoProvider[] providers,
            int burstSize,
            CounterTable counters) {
        this.sas = sas;
        this.index = index;
        this.counters = counters;
        submissions = new Submission[providers.length];
        try {
            for (int i = 0; i < providers.length; i++) {
                submissions[i] = new Submission(providers[i], burstSize);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Encapsulates and decapsulates what Ingress has marked so. */
    public void process(Burst burst) {
        encrypted = 0;
        encryptedBytes = 0;
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            long mbuf = burst.get(i);
            long dispatch = Mbuf.dispatch(mbuf);
            if ((Mbuf.flagsOf(dispatch) & Mbuf.ENCRYPT) != 0) {
                encrypt(mbuf, dispatch);
            } else if ((Mbuf.flagsOf(dispatch) & Mbuf.DECRYPT) != 0) {
                decrypt(mbuf, Mbuf.saOf(dispatch));
            }
        }
        counters.add(Counter.ENCRYPTED_PACKETS, encrypted);
        counters.add(Counter.ENCRYPTED_BYTES, encryptedBytes);
        for (Submission submission : submissions) {
            if (!submission.mbufs.isEmpty()) {
                counters.add(Counter.CRYPTO_CALLS, 1);
                submission.complete();
            }
        }
    }

    /** Forgets what was under way when a stage threw. */
    public void reset() {
        for (Submission submission : submissions) {
            submission.mbufs.clear();
        }
    }

    private void encrypt(long mbuf, long dispatch) {
        OutboundState sa = sas.outboundState(Mbuf.saOf(dispatch), Mbuf.saGeneration(mbuf));
        if (sa == null) {
            mark(mbuf, DropReason.SA_RETIRED);
            return;
        }
        Submission to = submissions[sa.provider()];
        int bytes = Mbuf.length(mbuf);
        int place = to.mbufs.count();
        DropReason reason =
                sa.ah()
                        ? AuthenticationHeader.prepare(mbuf, sa, index, to.burst, place)
                        : Encapsulator.prepare(mbuf, sa, index, to.burst, place);
        if (reason == DropReason.NONE) {
            encrypted++;
            encryptedBytes += bytes;
            Mbuf.flags(mbuf, Mbuf.flagsOf(dispatch) | Mbuf.SEALED); // unless it fails
        }
        to.add(mbuf, reason);
    }

    private void decrypt(long mbuf, int slot) {
        InboundState sa = sas.inboundState(slot, Mbuf.saGeneration(mbuf));
        if (sa == null) {
            mark(mbuf, DropReason.SA_RETIRED);
            return;
        }
        Submission to = submissions[sa.provider()];
        int place = to.mbufs.count();
        to.add(
                mbuf,
                sa.ah()
                        ? AuthenticationHeader.prepare(mbuf, sa, index, to.burst, place)
                        : Decapsulator.prepare(mbuf, sa, index, to.burst, place));
    }

    private static void mark(long mbuf, DropReason reason) {
        Mbuf.dropReason(mbuf, reason.ordinal());
    }

    @Override
    public void close() {
        for (Submission submission : submissions) {
            if (submission != null) { // all are, but where the constructor failed
                submission.close();
            }
        }
    }

    /** The operations of one burst that go to one provider. */
    private static final class Submission implements AutoCloseable {
        private final CryptoBurst burst;
        private final CryptoQueue queue;
        private final Burst mbufs;

        Submission(CryptoProvider provider, int size) {
            burst = new CryptoBurst(size);
            try {
                queue = provider.newQueue(burst);
            } catch (RuntimeException e) {
                burst.close();
                throw e;
            }
            mbufs = new Burst(size);
        }

        void add(long mbuf, DropReason reason) {
            if (reason == DropReason.NONE) {
                mbufs.add(mbuf);
            } else {
                mark(mbuf, reason);
            }
        }

        /** Submits, waits for all to complete, and marks what failed. */
        void complete() {
            int count = mbufs.count();
            int submitted = 0;
            int done = 0;
            while (done < count) {
                if (submitted < count) {
                    submitted += queue.submit(submitted, count - submitted);
                }
                done = queue.poll();
                if (done < count) {
                    Thread.onSpinWait();
                }
            }
            if (queue.failed() > 0) {
                markFailed(count);
            }
            mbufs.clear();
        }

        private void markFailed(int count) {
            for (int i = 0; i < count; i++) {
                Status status = burst.status(i);
                if (status != Status.OK) {
                    long mbuf = mbufs.get(i);
                    Mbuf.flags(mbuf, Mbuf.flags(mbuf) & ~Mbuf.SEALED);
                    boolean forged = status == Status.BAD_TAG;
                    mark(mbuf, forged ? DropReason.ICV_FAILED : DropReason.CRYPTO_ERROR);
                }
            }
        }

        @Override
        public void close() {
            try {
                queue.close();
            } finally {
                burst.close();
            }
        }
    }
}
