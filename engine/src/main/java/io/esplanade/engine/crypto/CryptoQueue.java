package io.esplanade.engine.crypto;

/**
 * One worker's way to the provider: submit what the burst holds, then poll how much has completed.
 *
 * <p>One thread. Synchronous providers complete in {@link #submit}; asynchronous ones complete in
 * order, later. While an operation is pending, its descriptor, input and output belong to the
 * provider.
 */
public interface CryptoQueue extends AutoCloseable {

    /**
     * Starts the burst's first {@code n} operations, all filled in before. Nothing of the previous
     * submission may be pending.
     *
     * @return how many were accepted, from the front; fewer than {@code n} when the provider is
     *     full: after a poll, {@link #submit(int, int)} goes on with the rest
     */
    default int submit(int n) {
        return submit(0, n);
    }

    /**
     * Starts the operations {@code from} to {@code from + n - 1}, as {@link #submit(int)} does.
     * {@code from} is 0 for a new filling of the burst, when nothing may be pending, or else the
     * first operation not yet accepted.
     */
    int submit(int from, int n);

    /**
     * How many operations have completed so far, counted from the front of the burst: each of those
     * has a status other than {@code PENDING}. Never blocks.
     */
    int poll();

    /**
     * How many of those that have completed have a status other than {@code OK}: mostly none, and
     * then nobody looks at each. Whoever says too few lets in what is forged.
     */
    int failed();

    /** Frees the queue; nothing may be pending. */
    @Override
    void close();
}
