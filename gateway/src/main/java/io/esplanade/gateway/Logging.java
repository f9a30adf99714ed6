package io.esplanade.gateway;

import io.esplanade.engine.Engine;

import java.io.PrintWriter;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Shows what the engine logs in the command's own form. */
final class Logging {

    private static final Set<String> ENGINE_LOGS = Set.of(Engine.class.getName(), Engine.AUDIT_LOG);

    private Logging() {}

    /** From now on the process's log goes to the console. */
    static void to(Console console) {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new ConsoleHandler(console.err()));
    }

    private static final class ConsoleHandler extends Handler {

        private final PrintWriter err;

        ConsoleHandler(PrintWriter err) {
            this.err = err;
            setLevel(Level.WARNING);
        }

        @Override
        public void publish(LogRecord entry) {
            if (!isLoggable(entry) || isSaidAnyway(entry)) {
                return;
            }
            err.println("esplanade: " + entry.getMessage());
            if (entry.getThrown() != null) { // a mistake of ours: the trace is for its report
                entry.getThrown().printStackTrace(err);
            }
        }

        /** What an engine says to its listener too; the verbs' listener says it. */
        private static boolean isSaidAnyway(LogRecord entry) {
            return ENGINE_LOGS.contains(entry.getLoggerName()) && entry.getThrown() == null;
        }

        @Override
        public void flush() {
            err.flush();
        }

        @Override
        public void close() {
            err.flush();
        }
    }
}
