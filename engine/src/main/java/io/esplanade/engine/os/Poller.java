package io.esplanade.engine.os;

import static io.esplanade.ffi.linux.linux.EFD_CLOEXEC;
import static io.esplanade.ffi.linux.linux.EFD_NONBLOCK;
import static io.esplanade.ffi.linux.linux.POLLIN;

import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.pollfd;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a thread sleeps on that finds nothing to do: descriptors that become readable, and a bell
 * (an eventfd) that other threads ring by {@link #wake} when they have given it something.
 *
 * <p>Nothing waits for a sleeper. It says that it is about to sleep, looks once more, and only then
 * sleeps; who gives it something makes that visible first and rings then. Either the last look
 * finds it, or the bell ends the sleep.
 *
 * <p>A descriptor that is ready and yet brings nothing (no mbuf is to be had, a device is down) is
 * not asked again at once: naps that only the bell ends come between, ever longer ones.
 *
 * <p>Belongs to the thread that sleeps; {@link #wake} is for any thread, {@link #close} for when
 * there is none left.
 */
public final class Poller extends Padded implements AutoCloseable {

    /**
     * The longest sleep, ns: what has only a date, such as fragments that wait, is then seen to.
     */
    public static final long LONGEST_SLEEP = 100_000_000;

    /** For how long a thread looks again before it sleeps, ns: about what falling asleep costs. */
    private static final long SPIN = 20_000;

    private static final long SHORTEST_NAP = 20_000;
    private static final int DOUBLINGS = 16;
    private static final VarHandle ASLEEP;

    static {
        try {
            ASLEEP = MethodHandles.lookup().findVarHandle(Poller.class, "asleep", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int bell;
    private final int descriptors;
    private final boolean complete;
    private final long spin;
    private final long longest;
    private final Region region;
    private final long time;
    private final MemorySegment pollSegment; // the bell's, then each descriptor's
    private final MemorySegment timeSegment;
    private final MemorySegment count; // what is read from the bell
    private final MemorySegment one; // what is written to it

    @SuppressWarnings("unused") // through ASLEEP: about to sleep, or sleeping
    private boolean asleep;

    private boolean spinning;
    private long spinEnd;
    private int sleeps; // in a row
    private int barren; // sleeps that a descriptor ended and nothing came of
    private boolean napped;
    private boolean closed;

    /**
     * @param descriptors those that become readable when there is something to do
     * @param complete whether these and the bell tell of everything; else no sleep is longer than
     *     {@link IdleStrategy#MAX_PARK_NANOS}
     * @param spins whether the thread looks again for a moment before it sleeps
     * @throws OsException if there can be no eventfd: too many files are open
     */
    public Poller(int[] descriptors, boolean complete, boolean spins) {
        this(descriptors, complete, spins ? SPIN : 0, LONGEST_SLEEP);
    }

    /** As the other, with other times. */
    Poller(int[] descriptors, boolean complete, long spin, long longest) {
        this.descriptors = descriptors.length;
        this.complete = complete;
        this.spin = spin;
        this.longest = longest;
        long pollSize = (descriptors.length + 1) * pollfd.sizeof();
        region = Region.map(pollSize + 4 * Long.BYTES, "what a thread sleeps on");
        time = region.address() + pollSize;
        pollSegment = Mem.segment(region.address(), pollSize);
        timeSegment = Mem.segment(time, 2 * Long.BYTES);
        count = Mem.segment(time + 2 * Long.BYTES, Long.BYTES);
        one = Mem.segment(time + 3 * Long.BYTES, Long.BYTES);
        Mem.putLong(one.address(), 1);
        bell = Syscalls.eventfd(0, EFD_NONBLOCK() | EFD_CLOEXEC());
        if (bell < 0) {
            region.close();
            throw new OsException("cannot make an eventfd for a thread to sleep on", -bell);
        }
        listen(0, bell);
        for (int i = 0; i < descriptors.length; i++) {
            listen(i + 1, descriptors[i]);
        }
    }

    private void listen(int index, int descriptor) {
        MemorySegment entry = pollfd.asSlice(pollSegment, index);
        pollfd.fd(entry, descriptor);
        pollfd.events(entry, (short) POLLIN());
    }

    /**
     * Ends the present sleep, or the one that is about to begin. What was written before is seen.
     */
    public void wake() {
        VarHandle.fullFence();
        if ((boolean) ASLEEP.getOpaque(this)) {
            ASLEEP.setOpaque(this, false);
            Syscalls.write(bell, one, Long.BYTES);
        }
    }

    /** A duty cycle has found something. */
    void found() {
        if ((boolean) ASLEEP.getOpaque(this)) {
            ASLEEP.setOpaque(this, false);
        }
        spinning = false;
        sleeps = 0;
        barren = 0;
        napped = false;
    }

    /**
     * A duty cycle has found nothing: spins, then says that a sleep comes next, then sleeps.
     *
     * @param limit how long that may last, ns
     */
    void idle(long limit) {
        long most = IdleStrategy.untilShortlyBefore(limit);
        if (most <= 0 || isSpinning()) {
            Thread.onSpinWait();
            return;
        }
        if (!(boolean) ASLEEP.getOpaque(this)) {
            ASLEEP.setVolatile(this, true);
            VarHandle.fullFence();
            return;
        }
        if (barren > 0 && !napped) {
            napped = true;
            poll(0, Math.min(most, nap(barren, longest)));
        } else {
            napped = false;
            long nanos = complete ? longest : nap(sleeps, IdleStrategy.MAX_PARK_NANOS);
            barren = poll(descriptors, Math.min(most, nanos)) ? barren + 1 : 0;
        }
        sleeps++;
    }

    private boolean isSpinning() {
        if (spin == 0 || sleeps > 0) {
            return false;
        }
        long now = System.nanoTime();
        if (!spinning) {
            spinning = true;
            spinEnd = now + spin;
        }
        return now - spinEnd < 0;
    }

    private static long nap(int before, long most) {
        long doubled = SHORTEST_NAP << Math.min(before, DOUBLINGS);
        return Math.min(doubled, Math.min(most, IdleStrategy.MAX_PARK_NANOS));
    }

    /** Sleeps; says whether one of the first {@code n} descriptors is why it ended. */
    private boolean poll(int n, long nanos) {
        Mem.putLong(time, nanos / 1_000_000_000);
        Mem.putLong(time + Long.BYTES, nanos % 1_000_000_000);
        int ready = Syscalls.ppoll(pollSegment, n + 1, timeSegment, MemorySegment.NULL);
        if (ready > 0 && pollfd.revents(pollSegment) != 0) {
            Syscalls.read(bell, count, Long.BYTES);
            ready--;
        }
        return ready > 0;
    }

    /** Closes the bell; closing twice does nothing. The descriptors stay whose they are. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Syscalls.close(bell);
            region.close();
        }
    }
}
