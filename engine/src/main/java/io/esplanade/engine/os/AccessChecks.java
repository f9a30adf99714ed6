package io.esplanade.engine.os;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The access checks in force in this process.
 *
 * <p>Whether there are any is a plain field, which {@link Mem} reads before every access: the JIT
 * does so once in what it compiles as one piece, and a call site that it could take for a constant
 * is a third more to compile with every access, for which there is no room. A thread learns of a
 * check with whatever else it is told by who installed it.
 */
public final class AccessChecks {

    /** Whether any check is in force. */
    static boolean any;

    private static final List<AccessCheck> CHECKS = new CopyOnWriteArrayList<>();

    private AccessChecks() {}

    /** Puts {@code check} before every access from now on. */
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
