package io.esplanade.engine.ipsec;

import io.esplanade.engine.net.AddressMap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The security association database of a lane (RFC 4301 §4.4.2): one thread, the conductor's,
 * changes it in place while lanes read it without locks. A change costs the same at ten SAs and at
 * a million, but for the growth that doubles a table now and then.
 *
 * <p>An SA's life here: {@link #add} gives it a slot; {@link #remove} makes lookups miss it, while
 * packets under way still find their state; {@link #reclaim}, when no lane can still hold the
 * slot's number, lets the slot be used again, under another generation.
 */
public final class Sad implements SaTable {

    private static final VarHandle STATE =
            MethodHandles.arrayElementVarHandle(AssociationState[].class);
    private static final VarHandle NEWEST =
            MethodHandles.arrayElementVarHandle(OutboundState[].class);
    private static final int SMALLEST = 16;

    private final AddressMap inbound = new AddressMap();
    private final AddressMap outbound = new AddressMap();

    private volatile AssociationState[] states = new AssociationState[SMALLEST];
    private volatile OutboundState[] newest = new OutboundState[0]; // by tunnel

    // The writer's own. Outbound SAs of a tunnel are a list, newest first.
    private int[] older = new int[SMALLEST];
    private int[] newer = new int[SMALLEST];
    private int[] free = new int[SMALLEST]; // reclaimed slots, a stack
    private int freeCount;
    private int[] generations = new int[SMALLEST]; // of the state in a slot, or of the next
    private boolean[] removed = new boolean[SMALLEST]; // slots removed and not yet reclaimed
    private int slots; // given out so far, reclaimed ones included
    private int size;

    /**
     * Adds an SA; the writer only.
     *
     * @param state is told where it is, so it must not be here already
     * @return its slot
     * @throws IllegalArgumentException if it is inbound and another one has its SPI and destination
     */
    public int add(AssociationState state) {
        boolean in = state instanceof InboundState;
        SecurityAssociation sa = state.association();
        InboundState other = in ? inbound(sa) : null;
        if (other != null) {
            throw new IllegalArgumentException(
                    "SA %s: %s already receives on SPI %s at %s"
                            .formatted(
                                    sa.name(),
                                    other.name(),
                                    sa.spiText(),
                                    sa.destination().getHostAddress()));
        }
        int slot = takeSlot();
        state.added(slot, generations[slot]);
        STATE.setRelease(states, slot, state);
        if (in) {
            inbound.put(
                    IpAddresses.high(sa.destination()),
                    IpAddresses.low(sa.destination()),
                    sa.spi(),
                    slot);
        } else {
            PeerAddress peer = ((OutboundState) state).outerHeader().peer();
            outbound.put(peer.high(), peer.low(), sa.spi(), slot);
            link((OutboundState) state);
        }
        size++;
        return slot;
    }

    /**
     * Makes lanes find the SA in {@code slot} no more, while packets already under way still reach
     * its state; if it was its tunnel's newest outbound one, the one before it sends from now on.
     * The writer only, which calls {@link #reclaim} later.
     */
    public void remove(int slot) {
        AssociationState state = states[slot];
        if (state == null || removed[slot]) {
            throw new IllegalArgumentException("no SA in slot " + slot);
        }
        SecurityAssociation sa = state.association();
        if (state instanceof OutboundState out) {
            if (sends(out) == slot) { // else another's, added later
                forget(out);
            }
            unlink(out);
        } else {
            inbound.remove(
                    IpAddresses.high(sa.destination()),
                    IpAddresses.low(sa.destination()),
                    sa.spi());
        }
        removed[slot] = true;
        size--;
    }

    /**
     * Has an outbound SA send to where its peer is now, and be found under that address; the writer
     * only.
     */
    public void move(OutboundState sa, PeerAddress to) {
        int slot = sends(sa);
        boolean found = slot != NONE && states[slot] == sa; // else another's, added later
        if (found) {
            forget(sa);
        }
        sa.outerHeader(sa.outerHeader().to(to));
        if (found) {
            outbound.put(to.high(), to.low(), sa.spi(), slot);
        }
    }

    private int sends(OutboundState sa) {
        PeerAddress peer = sa.outerHeader().peer();
        return outbound(sa.spi(), peer.high(), peer.low());
    }

    private void forget(OutboundState sa) {
        PeerAddress peer = sa.outerHeader().peer();
        outbound.remove(peer.high(), peer.low(), sa.spi());
    }

    /** Lets {@code slot}, removed before, be used again: no lane can hold its number any more. */
    public void reclaim(int slot) {
        if (!removed[slot]) {
            throw new IllegalArgumentException("the SA in slot " + slot + " was not removed");
        }
        removed[slot] = false;
        STATE.setRelease(states, slot, null);
        generations[slot] = generations[slot] + 1 & 0xffff;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = slot;
    }

    /** How many SAs there are, those removed not counted; the writer only. */
    public int size() {
        return size;
    }

    /** How many slots there are, those without an SA included; the writer only. */
    public int slots() {
        return slots;
    }

    /** The state in {@code slot} if its SA was not removed, or null; the writer only. */
    public AssociationState live(int slot) {
        return removed[slot] ? null : states[slot];
    }

    /** The state in {@code slot}, or null; any thread. */
    public AssociationState state(int slot) {
        return (AssociationState) STATE.getAcquire(states, slot);
    }

    /** The state in {@code slot} if it is of this generation, or null; any thread. */
    public AssociationState state(int slot, int generation) {
        AssociationState state = state(slot);
        return state != null && state.generation() == generation ? state : null;
    }

    @Override
    public InboundState inbound(int spi, long destinationHigh, long destinationLow) {
        int slot = inbound.get(destinationHigh, destinationLow, spi);
        return slot != NONE && state(slot) instanceof InboundState sa ? sa : null;
    }

    @Override
    public OutboundState outbound(int tunnel) {
        OutboundState[] table = newest;
        return tunnel < table.length ? (OutboundState) NEWEST.getAcquire(table, tunnel) : null;
    }

    /**
     * The slot of the outbound SA that sends with this SPI to this address, of several the newest;
     * or {@link #NONE}. Any thread.
     */
    public int outbound(int spi, long destinationHigh, long destinationLow) {
        return outbound.get(destinationHigh, destinationLow, spi);
    }

    @Override
    public InboundState inboundState(int slot, int generation) {
        return state(slot, generation) instanceof InboundState sa ? sa : null;
    }

    @Override
    public OutboundState outboundState(int slot, int generation) {
        return state(slot, generation) instanceof OutboundState sa ? sa : null;
    }

    private InboundState inbound(SecurityAssociation sa) {
        return inbound(
                sa.spi(), IpAddresses.high(sa.destination()), IpAddresses.low(sa.destination()));
    }

    private int takeSlot() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (slots == states.length) {
            generations = Arrays.copyOf(generations, slots * 2);
            older = Arrays.copyOf(older, slots * 2);
            newer = Arrays.copyOf(newer, slots * 2);
            removed = Arrays.copyOf(removed, slots * 2);
            states = Arrays.copyOf(states, slots * 2);
        }
        return slots++;
    }

    private void link(OutboundState sa) {
        OutboundState[] table = newest;
        int tunnel = sa.tunnel();
        if (tunnel >= table.length) {
            table = Arrays.copyOf(table, Math.max(SMALLEST, tunnel * 2));
            newest = table;
        }
        OutboundState before = table[tunnel];
        older[sa.slot()] = before == null ? NONE : before.slot();
        newer[sa.slot()] = NONE;
        if (before != null) {
            newer[before.slot()] = sa.slot();
        }
        NEWEST.setRelease(table, tunnel, sa);
    }

    private void unlink(OutboundState sa) {
        int before = older[sa.slot()];
        int after = newer[sa.slot()];
        if (before != NONE) {
            newer[before] = after;
        }
        if (after != NONE) {
            older[after] = before;
        } else {
            OutboundState sends = before == NONE ? null : (OutboundState) states[before];
            NEWEST.setRelease(newest, sa.tunnel(), sends);
        }
    }
}
