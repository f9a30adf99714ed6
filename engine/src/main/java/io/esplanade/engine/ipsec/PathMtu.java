package io.esplanade.engine.ipsec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The MTU of the path that an outbound SA's packets take, as far as ICMP errors have told it and
 * until that is too old (RFC 4301 §8.2.2, RFC 1191 §6.3, RFC 8201 §4). Any threads; none waits.
 */
public final class PathMtu {

    private static final VarHandle LEARNED;

    static {
        try {
            LEARNED = MethodHandles.lookup().findVarHandle(PathMtu.class, "learned", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int MTU = 0xffff;

    @SuppressWarnings("unused") // through LEARNED too
    private volatile long learned; // when, to 65 µs, and in the low bits the MTU; 0 if nothing was

    /** The MTU learned, in bytes; 0xffff if none was. */
    public int learned() {
        int mtu = (int) learned & MTU;
        return mtu == 0 ? MTU : mtu;
    }

    /**
     * Takes note of an MTU that an ICMP error told, if it is no more than the one known: an error
     * never raises it. The same again makes it younger.
     *
     * @param now of the clock, ns
     * @return whether it is lower than what was known
     */
    boolean learn(int mtu, long now) {
        for (; ; ) {
            long known = learned;
            int before = (int) known & MTU;
            if (before != 0 && mtu > before) {
                return false;
            }
            if (LEARNED.compareAndSet(this, known, now & ~(long) MTU | mtu)) {
                return mtu != before;
            }
        }
    }

    /** Begins with what a predecessor knows. */
    void inherit(PathMtu predecessor) {
        learned = predecessor.learned;
    }

    /** Forgets what was learned {@code age} ns ago or earlier; says whether anything was. */
    public boolean forget(long now, long age) {
        long known = learned;
        return known != 0
                && now - (known & ~(long) MTU) >= age
                && LEARNED.compareAndSet(this, known, 0L);
    }
}
