package io.esplanade.engine;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * What an engine writes into a JDK Flight Recorder recording, if there is one: its life and what
 * disturbs it, never packets.
 */
final class Recordings {

    private Recordings() {}

    static void life(String engine, String what, String runtime, int threads) {
        Life event = new Life();
        event.engine = engine;
        event.what = what;
        event.runtime = runtime;
        event.threads = threads;
        event.commit();
    }

    static void stall(String engine, String role, long nanos) {
        Stalled event = new Stalled();
        event.engine = engine;
        event.role = role;
        event.soFar = nanos;
        event.commit();
    }

    static void failure(String engine, String where, Throwable cause) {
        Failed event = new Failed();
        event.engine = engine;
        event.where = where;
        event.cause = cause.toString();
        event.commit();
    }

    /** Start and close. */
    @Name("esplanade.EngineLife")
    @Label("Engine Life")
    @Category("Esplanade")
    @StackTrace(false)
    private static final class Life extends Event {
        @Label("Engine")
        private String engine;

        @Label("What")
        @Description("started or closed")
        private String what;

        @Label("Runtime")
        private String runtime;

        @Label("Threads")
        private int threads;
    }

    /** A role that does not get through its duty cycle. */
    @Name("esplanade.RoleStalled")
    @Label("Role Stalled")
    @Category("Esplanade")
    @StackTrace(false)
    private static final class Stalled extends Event {
        @Label("Engine")
        private String engine;

        @Label("Role")
        private String role;

        @Label("So Far")
        @Timespan
        private long soFar;
    }

    /** A port or a lane that failed. */
    @Name("esplanade.Failed")
    @Label("Port or Lane Failed")
    @Category("Esplanade")
    @StackTrace(false)
    private static final class Failed extends Event {
        @Label("Engine")
        private String engine;

        @Label("Where")
        private String where;

        @Label("Cause")
        private String cause;
    }
}
