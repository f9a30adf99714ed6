package io.esplanade.bench.race;

import io.esplanade.bench.text.Json;

/**
 * The main of a child JVM: measures the one setting that its argument says, prints the result as
 * one line of JSON, and ends.
 */
public final class RaceRun {

    private RaceRun() {}

    public static void main(String[] args) throws Exception {
        Request request = Request.fromJson(args[0]);
        System.out.println(Json.line(measure(request).toMap()));
        System.out.flush();
        System.exit(0); // whatever threads are left
    }

    /** Measures in this JVM. */
    static RunResult measure(Request request) throws Exception {
        return switch (request.setting().contender()) {
            case CIPHER_ALONE -> new CipherRun(request).measure();
            case HAND_OVER -> HandOverRun.measure(request);
            default -> EngineRun.measure(request);
        };
    }
}
