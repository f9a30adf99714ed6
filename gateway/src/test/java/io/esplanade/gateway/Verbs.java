package io.esplanade.gateway;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Runs verbs in this process and keeps what they say. */
final class Verbs {

    /** What a verb said and how it ended. */
    record Outcome(int exitCode, String out, String err) {}

    private Verbs() {}

    static Outcome run(Object... args) {
        return run(Termination.byRequest(), args);
    }

    static Outcome run(Termination termination, Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false);
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int exitCode = Main.run(console, termination, words);
        return new Outcome(exitCode, out.toString(), err.toString());
    }
}
