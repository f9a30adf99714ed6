package io.esplanade.engine.os;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The access checks in force in this process.
 *
 * <p>Whether there are any is the target of a mutable call site: the JIT compiles it as a constant,
 * so that with no check installed the question costs nothing, and installing the first one
 * deoptimises the code that assumed there was none.
 */
public final class AccessChecks {

    private static final MethodHandle NO = MethodHandles.constant(boolean.class, false);
    private static final MethodHandle YES = MethodHandles.constant(boolean.class, true);
    private static final MutableCallSite SITE =
            new MutableCallSite(MethodType.methodType(boolean.class));
    private static final MethodHandle ACTIVE;

    private static final List<AccessCheck> CHECKS = new CopyOnWriteArrayList<>();

    static {
        SITE.setTarget(NO);
        ACTIVE = SITE.dynamicInvoker();
    }

    private AccessChecks() {}

    /** Puts {@code check} before every access from now on, in all threads. */
    public static synchronized void install(AccessCheck check) {
        CHECKS.add(check);
        retarget();
    }

    /** Takes {@code check} away; harmless if it is not installed. */
    public static synchronized void remove(AccessCheck check) {
        CHECKS.remove(check);
        retarget();
    }

    /** Compiled code is thrown away when the target changes, so only then. */
    private static void retarget() {
        MethodHandle target = CHECKS.isEmpty() ? NO : YES;
        if (SITE.getTarget() != target) {
            SITE.setTarget(target);
            MutableCallSite.syncAll(new MutableCallSite[] {SITE});
        }
    }

    static void check(long address, long length) {
        if (active()) {
            for (AccessCheck check : CHECKS) {
                check.check(address, length);
            }
        }
    }

    private static boolean active() {
        try {
            return (boolean) ACTIVE.invokeExact();
        } catch (Throwable impossible) {
            throw new AssertionError("a constant handle does not throw", impossible);
        }
    }
}
