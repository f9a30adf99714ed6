package io.esplanade.engine.os;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The access checks in force in this process, which are assertions: only a JVM that runs with
 * {@code -ea} has them.
 *
 * <p>Otherwise there is nothing of them in what the JIT makes of an access, which even a field that
 * is read before each would be: four instructions again and again, and much to compile.
 */
public final class AccessChecks {

    /** Whether this JVM has any: constant, so that the JIT knows. */
    public static final boolean ENABLED = AccessChecks.class.desiredAssertionStatus();

    /** Whether any is in force. */
    static boolean any;

    private static final List<AccessCheck> CHECKS = new CopyOnWriteArrayList<>();

    private AccessChecks() {}

    /** Puts {@code check} before every access from now on, if this JVM has checks. */
    public static synchronized void install(AccessCheck check) {
        CHECKS.add(check);
        any = true;
    }

    /** Takes {@code check} away; harmless if it is not installed. */
    public static synchronized void remove(AccessCheck check) {
        CHECKS.remove(check);
        any = !CHECKS.isEmpty();
    }

    static void check(long address, long length) {
        for (AccessCheck check : CHECKS) {
            check.check(address, length);
        }
    }
}
