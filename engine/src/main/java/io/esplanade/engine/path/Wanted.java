package io.esplanade.engine.path;

import io.esplanade.engine.ipsec.SelectorFields;
import io.esplanade.engine.ipsec.SpdEntry;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BiConsumer;

/**
 * Packets that want an SA of their own, by which lanes tell the conductor: they met a policy that
 * has some selectors populated from the packet. Lanes do it at a flow's first packet only, and for
 * as many as there is room for; {@link #takeOverflow} says whether some were left out.
 *
 * <p>Any thread adds, the conductor takes. Allocates nothing.
 */
public final class Wanted {

    private static final int ROOM = 64;

    private static final int FREE = 0;
    private static final int FILLING = 1;
    private static final int FULL = 2;

    private final AtomicIntegerArray states = new AtomicIntegerArray(ROOM);
    private final SpdEntry[] policies = new SpdEntry[ROOM];
    private final SelectorFields[] packets = new SelectorFields[ROOM];
    private volatile boolean some;
    private volatile boolean overflow;

    Wanted() {
        for (int i = 0; i < ROOM; i++) {
            packets[i] = new SelectorFields();
        }
    }

    /** Says that {@code policy} wants an SA for a packet with these fields. */
    void add(SpdEntry policy, SelectorFields packet) {
        for (int i = 0; i < ROOM; i++) {
            if (states.compareAndSet(i, FREE, FILLING)) {
                policies[i] = policy;
                packets[i].set(packet);
                states.setRelease(i, FULL);
                some = true;
                return;
            }
        }
        overflow = true;
    }

    /**
     * Conductor: takes all there are; the fields are the taker's during its call.
     *
     * @return how many
     */
    public int take(BiConsumer<SpdEntry, SelectorFields> taker) {
        if (!some) {
            return 0;
        }
        some = false; // before looking: what comes later sets it again
        int taken = 0;
        for (int i = 0; i < ROOM; i++) {
            if (states.get(i) == FULL) {
                taker.accept(policies[i], packets[i]);
                policies[i] = null;
                states.setRelease(i, FREE);
                taken++;
            }
        }
        return taken;
    }

    /** Conductor: whether one did not find room since it was last asked. */
    public boolean takeOverflow() {
        boolean was = overflow;
        if (was) {
            overflow = false;
        }
        return was;
    }
}
