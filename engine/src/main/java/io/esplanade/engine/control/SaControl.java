package io.esplanade.engine.control;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.KeyFingerprint;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.Sad;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.ipsec.TunnelNames;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.path.AddressSet;
import io.esplanade.engine.path.Tables;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The life of SAs: checked, given contexts and sequence numbers, entered into the SAD; later
 * removed from it, and freed and wiped when no lane uses them any more. The conductor's.
 */
final class SaControl {

    /** Sequence numbers reserved at a time under a static key: with ESN, and without. */
    private static final long ESN_BLOCK = 1L << 22;

    private static final long SHORT_BLOCK = 1L << 18;

    /**
     * Fingerprints of the keys that this process has sent with, and where they came from. A key
     * sent with before would see the same nonces again, unless a nonce store remembers them for it
     * each time.
     */
    private static final Map<String, KeyOrigin> USED_KEYS = new ConcurrentHashMap<>();

    private final Sad sad;
    private final TunnelNames tunnels;
    private final Tables tables;
    private final CryptoProvider[] providers;
    private final DataPlane dataPlane;
    private final List<SaWatch> watches;
    private final Clock clock;
    private final NonceStore nonces;
    private final Map<String, Entry> entries = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, String> namesByKey = new HashMap<>();
    private final Map<String, Entry> reserving = new HashMap<>(); // outbound, static keys

    /**
     * @param providers those that SAs may name; the first is the default
     * @param nonces may be null
     */
    SaControl(
            Tables tables,
            TunnelNames tunnels,
            CryptoProvider[] providers,
            DataPlane dataPlane,
            List<SaWatch> watches,
            Clock clock,
            NonceStore nonces) {
        this.sad = tables.sad();
        this.tunnels = tunnels;
        this.tables = tables;
        this.providers = providers.clone();
        this.dataPlane = dataPlane;
        this.watches = watches;
        this.clock = clock;
        this.nonces = nonces;
    }

    /** An SA in the SAD: its slot and what must be given back when it goes. */
    record Entry(AssociationState state, int slot, String fingerprint) {
        SecurityAssociation sa() {
            return state.association();
        }
    }

    /** The states of all SAs, for snapshots; any thread. */
    Collection<AssociationState> states() {
        synchronized (entries) {
            return entries.values().stream().map(Entry::state).toList();
        }
    }

    /**
     * Adds an SA.
     *
     * @throws IllegalArgumentException if it is refused; its key is wiped then
     */
    void add(SecurityAssociation sa) {
        boolean added = false;
        try {
            String fingerprint = HexFormat.of().formatHex(KeyFingerprint.of(sa.key()));
            check(sa, fingerprint);
            AssociationState state = newState(sa);
            long now = clock.nanoTime();
            state.addedAt(now);
            watches.forEach(watch -> watch.add(state, now));
            try {
                enter(new Entry(state, sad.add(state), fingerprint));
            } catch (RuntimeException e) {
                watches.forEach(watch -> watch.remove(state));
                dataPlane.displace(state);
                freeContexts(state);
                throw e;
            }
            added = true;
        } finally {
            if (!added) {
                sa.key().close();
            }
        }
    }

    private void enter(Entry entry) {
        SecurityAssociation sa = entry.sa();
        entries.put(sa.name(), entry);
        namesByKey.put(entry.fingerprint(), sa.name());
        if (sa.direction() == Direction.INBOUND) {
            changeAddresses(own -> own.add(sa.destination()));
        } else {
            USED_KEYS.put(entry.fingerprint(), sa.origin());
            if (needsReservation(sa)) {
                reserving.put(sa.name(), entry);
            }
        }
    }

    private static boolean needsReservation(SecurityAssociation sa) {
        return sa.direction() == Direction.OUTBOUND
                && sa.origin() == KeyOrigin.STATIC
                && sa.suite().counterMode();
    }

    private void check(SecurityAssociation sa, String fingerprint) {
        if (entries.containsKey(sa.name())) {
            throw refused(sa, "there is an SA of this name: choose another");
        }
        String other = namesByKey.get(fingerprint);
        if (other != null) {
            throw refused(
                    sa,
                    "SA " + other + " has the same key and salt: every SA needs a key of its own");
        }
        if (sa.tfc().aggregate() && !dataPlane.ordersSas()) {
            throw refused(
                    sa,
                    "packets go on from one outer packet to the next, and in giant-lock and"
                            + " fine-grained threads keep no order: choose the runtime per-core");
        }
        if (needsReservation(sa) && nonces == null) {
            throw refused(
                    sa,
                    "a static key needs a nonce store, or nonces repeat after a restart: configure"
                            + " one, or say unsafe-volatile-sequence");
        }
        if (sa.direction() == Direction.OUTBOUND && isUsed(sa.origin(), fingerprint)) {
            throw refused(
                    sa,
                    "this key was used to send before, and numbers that no nonce store remembers"
                            + " would repeat: use a new key");
        }
    }

    private static boolean isUsed(KeyOrigin origin, String fingerprint) {
        KeyOrigin before = USED_KEYS.get(fingerprint);
        return switch (origin) {
            case NEGOTIATED -> before != null;
            case STATIC -> before != null && before != KeyOrigin.STATIC;
            case STATIC_UNSAFE -> false; // as the operator says
        };
    }

    private AssociationState newState(SecurityAssociation sa) {
        int provider = provider(sa);
        boolean outbound = sa.direction() == Direction.OUTBOUND;
        long[] contexts = new long[dataPlane.contexts()];
        try {
            for (int i = 0; i < contexts.length; i++) {
                contexts[i] =
                        providers[provider].newContext(
                                sa.suite(),
                                sa.key(),
                                outbound ? Operation.ENCRYPT : Operation.DECRYPT);
            }
            int tunnel = tunnels.index(sa.tunnel());
            if (!outbound) {
                return placed(new InboundState(sa, tunnel, provider, contexts));
            }
            if (!needsReservation(sa)) {
                return placed(new OutboundState(sa, tunnel, provider, contexts));
            }
            long first =
                    nonces.reserve(KeyFingerprint.of(sa.key()), sa.initialSequence(), block(sa));
            long limit = end(first, block(sa));
            return placed(new OutboundState(sa, tunnel, provider, contexts, first, limit));
        } catch (CryptoException | IOException | RuntimeException e) {
            free(provider, contexts);
            throw refused(sa, e.getMessage(), e);
        }
    }

    private AssociationState placed(AssociationState state) {
        if (state instanceof OutboundState successor) {
            OutboundState before = sad.outbound(state.tunnel());
            if (before != null) {
                successor.succeeds(before);
            }
        }
        dataPlane.place(state);
        return state;
    }

    private int provider(SecurityAssociation sa) {
        for (int i = 0; i < providers.length; i++) {
            if (sa.provider() == null || providers[i].name().equals(sa.provider())) {
                if (!providers[i].suites().contains(sa.suite())) {
                    throw refused(
                            sa,
                            "%s has no %s: choose another suite or %s"
                                    .formatted(
                                            providers[i].name(), sa.suite(), another(sa.suite())));
                }
                return i;
            }
        }
        throw refused(
                sa,
                "the engine has no crypto provider %s, but %s: add it when the engine is built"
                        .formatted(sa.provider(), names(Arrays.stream(providers))));
    }

    /** Which provider to choose, for a suite that the one chosen lacks. */
    private String another(Suite suite) {
        List<CryptoProvider> serve =
                Arrays.stream(providers).filter(p -> p.suites().contains(suite)).toList();
        return serve.isEmpty() ? "another provider" : "the provider " + names(serve.stream());
    }

    private static String names(Stream<CryptoProvider> providers) {
        return providers.map(CryptoProvider::name).collect(Collectors.joining(" or "));
    }

    /** Changes what may come out of an inbound SA. */
    void select(String name, List<TrafficSelector> selectors) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "there is no SA " + name + ": it was removed, or has come to its hard limit");
        }
        if (!(entry.state() instanceof InboundState in)) {
            throw refused(entry.sa(), "policies say what goes into it, not selectors");
        }
        in.select(selectors);
    }

    /**
     * Takes an SA out of the SAD; packets under way still use it.
     *
     * @return what is to be {@linkplain #retire retired} when every lane has passed the next epoch
     */
    Entry remove(String name) {
        Entry entry = entries.remove(name);
        if (entry == null) {
            throw new IllegalArgumentException("there is no SA " + name);
        }
        sad.remove(entry.slot());
        watches.forEach(watch -> watch.remove(entry.state()));
        namesByKey.remove(entry.fingerprint());
        reserving.remove(name);
        if (entry.sa().direction() == Direction.INBOUND) {
            changeAddresses(own -> own.remove(entry.sa().destination()));
        }
        return entry;
    }

    /** What is for an address that becomes the gateway's, or is no more, is decided anew. */
    private void changeAddresses(Consumer<AddressSet> change) {
        AddressSet own = tables.localAddresses();
        int before = own.version();
        change.accept(own);
        if (own.version() != before) {
            tables.changed();
        }
    }

    /** Frees contexts and slot and wipes the key: nothing uses them any more. */
    void retire(Entry entry) {
        sad.reclaim(entry.slot());
        dataPlane.displace(entry.state());
        freeContexts(entry.state());
        entry.sa().key().close();
    }

    /** Removes and retires all SAs, at close, when no lane runs any more. */
    void close() {
        for (AssociationState state : states()) {
            retire(remove(state.name()));
        }
    }

    /**
     * Reserves more numbers for SAs under static keys that have used half of theirs. An SA whose
     * numbers another user of the store has taken meanwhile gets no more.
     *
     * @return why that could not be done for some, the last of the reasons, or null
     */
    Exception reserveNumbers() {
        Exception failure = null;
        for (Iterator<Entry> i = reserving.values().iterator(); i.hasNext(); ) {
            Entry entry = i.next();
            try {
                reserveNumbers(entry);
            } catch (IOException e) {
                failure = e;
            } catch (IllegalStateException e) { // for good: asking again would waste numbers
                failure = e;
                i.remove();
            }
        }
        return failure;
    }

    private void reserveNumbers(Entry entry) throws IOException {
        OutboundState out = (OutboundState) entry.state();
        long count = block(entry.sa());
        if (out.limit() != out.last() && out.limit() - out.sequence() < count / 2) {
            byte[] fingerprint = HexFormat.of().parseHex(entry.fingerprint());
            long first = nonces.reserve(fingerprint, out.limit() + 1, count);
            out.extend(first, end(first, count) - first + 1);
        }
    }

    private static long block(SecurityAssociation sa) {
        return sa.esn() ? ESN_BLOCK : SHORT_BLOCK;
    }

    /** The last number of a block, which ends early rather than wrap. */
    private static long end(long first, long count) {
        long end = first + count - 1;
        return Long.compareUnsigned(end, first) < 0 ? -1L : end;
    }

    private void freeContexts(AssociationState state) {
        for (int i = 0; i < state.contexts(); i++) {
            providers[state.provider()].freeContext(state.context(i));
        }
    }

    private void free(int provider, long[] contexts) {
        for (long context : contexts) {
            if (context != 0) {
                providers[provider].freeContext(context);
            }
        }
    }

    private static IllegalArgumentException refused(SecurityAssociation sa, String why) {
        return refused(sa, why, null);
    }

    private static IllegalArgumentException refused(
            SecurityAssociation sa, String why, Exception cause) {
        return new IllegalArgumentException("SA " + sa.name() + ": " + why, cause);
    }
}
