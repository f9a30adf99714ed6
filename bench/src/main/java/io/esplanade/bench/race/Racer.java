package io.esplanade.bench.race;

/** One setting in a heat, warm when it is made. One thread: the one that started it. */
interface Racer extends AutoCloseable {

    /** How a racer is made. It starts to work at once, and does until it is stopped. */
    @FunctionalInterface
    interface Starter {
        Racer start(Request request) throws FailedException, InterruptedException;
    }

    /** Stops it, so that it uses no CPU. */
    void stop();

    /** Lets it go on after {@link #stop}. */
    void resume();

    /** Measures one slice. */
    void slice() throws FailedException, InterruptedException;

    /** Ends it: what came of all slices. */
    RunResult end() throws FailedException, InterruptedException;

    /** Leaves nothing of it behind, stopped or not. */
    @Override
    void close();

    /** A racer that brought no result. */
    final class FailedException extends Exception {
        private static final long serialVersionUID = 1;

        /**
         * @param message what it said
         */
        FailedException(String message) {
            super(message);
        }
    }
}
