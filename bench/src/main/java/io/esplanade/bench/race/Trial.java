package io.esplanade.bench.race;

/** What a child JVM measures, working from when it is made. One thread. */
interface Trial {

    static Trial of(Request request) throws Exception {
        return switch (request.setting().contender()) {
            case CIPHER_ALONE -> new CipherRun(request);
            case HAND_OVER -> new HandOverRun(request);
            default -> new EngineRun(request);
        };
    }

    /** Works for so long, and nothing of it counts. */
    void work(long millis) throws InterruptedException;

    /** Works for so long, and it counts. */
    Slice slice(long millis) throws InterruptedException;

    /** Ends the work and says what came of all slices. */
    RunResult end() throws Exception;
}
