package io.esplanade.bench.race;

import io.esplanade.bench.text.Json;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The main of a child JVM. It warms up the one setting that its argument says, and then takes turns
 * with others: a line that it reads asks for one slice. Each answer is a line of JSON: when it is
 * warm, after each slice, and the result at the end of the input.
 */
public final class RaceRun {

    /** A figure of the result: how long the JIT took, ms. */
    static final String WARM_UP = "warm-up-millis";

    private RaceRun() {}

    public static void main(String[] args) {
        Signals.dieWithParent(); // a parent that died before this never stops us: the input ends
        try {
            serve(Request.fromJson(args[0]));
            System.exit(0); // whatever threads are left
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void serve(Request request) throws Exception {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Timing timing = request.timing();
        Trial trial = Trial.of(request);
        long warmUp = WarmUp.of(trial::work, timing.warmUpMillis(), timing.mostWarmUpMillis());
        out.println(Json.line(Json.object(WARM_UP, warmUp)));
        while (in.readLine() != null) {
            trial.work(timing.settleMillis());
            out.println(Json.line(trial.slice(timing.measuredMillis()).toMap()));
        }
        out.println(Json.line(trial.end().with(WARM_UP, warmUp).toMap()));
    }
}
