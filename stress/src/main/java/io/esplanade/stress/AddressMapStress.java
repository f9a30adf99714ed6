package io.esplanade.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.esplanade.engine.net.AddressMap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Lookups in a table while its one writer changes it in place. */
public final class AddressMapStress {

    // Halves of keys, all of which begin their search at the same entry.
    private static final long HIGH = 1;
    private static final long OTHER = 2;
    private static final long A = collidingLow(1);
    private static final long B = collidingLow(A + 1);
    private static final long C = collidingLow(B + 1);

    private AddressMapStress() {}

    /** The first number from {@code from} on that begins at entry 0 under either high half. */
    private static long collidingLow(long from) {
        long low = from;
        while (entry(HIGH, low) != 0 || entry(OTHER, low) != 0) {
            low++;
        }
        return low;
    }

    /** Which entry of an empty map takes this key. */
    private static int entry(long high, long low) {
        AddressMap map = new AddressMap();
        map.put(high, low, 0, 1);
        long[] cells = cells(map);
        int cell = 0;
        while (cells[cell] == 0) {
            cell++;
        }
        return cell;
    }

    private static long[] cells(AddressMap map) {
        try {
            VarHandle cells =
                    MethodHandles.privateLookupIn(AddressMap.class, MethodHandles.lookup())
                            .findVarHandle(AddressMap.class, "cells", long[].class);
            return (long[]) cells.get(map);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** An entry is used again for another key: neither key's value, nor a mixed key, is made up. */
    @JCStressTest
    @Outcome(id = "-1, -1, -1", expect = ACCEPTABLE, desc = "between the two")
    @Outcome(id = "1, -1, -1", expect = ACCEPTABLE, desc = "before")
    @Outcome(id = "1, -1, 2", expect = ACCEPTABLE, desc = "both, one after the other")
    @Outcome(id = "-1, -1, 2", expect = ACCEPTABLE, desc = "after")
    @Outcome(expect = FORBIDDEN, desc = "another key's value")
    @State
    public static class Reuse {
        private final AddressMap map = new AddressMap();

        public Reuse() {
            map.put(HIGH, A, 0, 1);
        }

        @Actor
        public void writer() {
            map.remove(HIGH, A, 0);
            map.put(OTHER, B, 0, 2);
        }

        @Actor
        public void reader(III_Result r) {
            r.r1 = map.get(HIGH, A, 0);
            r.r2 = map.get(HIGH, B, 0);
            r.r3 = map.get(OTHER, B, 0);
        }
    }

    /** A key whose value changes is never missing and never goes back. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "before")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "both")
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "after")
    @Outcome(expect = FORBIDDEN, desc = "missing, or back")
    @State
    public static class Change {
        private final AddressMap map = new AddressMap();

        public Change() {
            map.put(HIGH, A, 0, 1);
        }

        @Actor
        public void writer() {
            map.put(HIGH, A, 0, 2);
        }

        @Actor
        public void reader(II_Result r) {
            r.r1 = map.get(HIGH, A, 0);
            r.r2 = map.get(HIGH, A, 0);
        }
    }

    /** What stands behind others in a chain is found while they go and come. */
    @JCStressTest
    @Outcome(id = "3", expect = ACCEPTABLE, desc = "found")
    @Outcome(expect = FORBIDDEN, desc = "lost from sight")
    @State
    public static class Neighbours {
        private final AddressMap map = new AddressMap();

        public Neighbours() {
            map.put(HIGH, A, 0, 1);
            map.put(HIGH, B, 0, 2);
            map.put(HIGH, C, 0, 3);
            map.put(OTHER, C, 0, 4);
        }

        @Actor
        public void writer() {
            map.remove(HIGH, B, 0);
            map.remove(OTHER, C, 0);
            map.remove(HIGH, A, 0);
            map.put(OTHER, A, 0, 5);
        }

        @Actor
        public void reader(I_Result r) {
            r.r1 = map.get(HIGH, C, 0);
        }
    }

    /** Nothing is lost from sight while the table grows. */
    @JCStressTest
    @Outcome(id = "0, -1, 11", expect = ACCEPTABLE, desc = "before")
    @Outcome(id = "0, 12, 11", expect = ACCEPTABLE, desc = "after")
    @Outcome(expect = FORBIDDEN, desc = "lost from sight")
    @State
    public static class Growth {
        private static final int FULL = 12;

        private final AddressMap map = new AddressMap();

        public Growth() {
            for (int i = 0; i < FULL; i++) {
                map.put(HIGH, i, 0, i);
            }
        }

        @Actor
        public void writer() {
            map.put(HIGH, FULL, 0, FULL);
        }

        @Actor
        public void reader(III_Result r) {
            r.r1 = map.get(HIGH, 0, 0);
            r.r2 = map.get(HIGH, FULL, 0);
            r.r3 = map.get(HIGH, FULL - 1, 0);
        }
    }
}
