package io.esplanade.bench.wire;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.net.Ethernet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Measures the three of each size in turns, each of which begins with a moment that does not count:
 * the kernel's sockets, and the JIT, are warm again.
 */
public final class Wire {

    private static final int WARM_UP_MILLIS = 3000; // of the first turn, at most
    private static final int SETTLE_MILLIS = 500; // of the others
    private static final int WARM_UP_SHARE = 4; // of what is measured

    private final String type;
    private final List<String> sizes;
    private final CryptoProvider provider;
    private final int turns;
    private final int millis;
    private final int cpuA;
    private final int cpuB;

    public Wire(
            String type,
            List<String> sizes,
            String provider,
            int turns,
            int millis,
            List<Integer> cpus)
            throws CryptoException {
        this.type = type;
        this.sizes = sizes;
        this.provider = Providers.find(provider);
        this.turns = turns;
        this.millis = millis;
        cpuA = cpus.getFirst();
        cpuB = cpus.getLast();
    }

    /** Measures, and writes a line for each. */
    public void run(Consumer<String> out) throws IOException, InterruptedException {
        out.accept("size      what       Mpps   Gbit/s   A, ns CPU   B, ns CPU");
        try (VethPair _ = new VethPair()) {
            for (String size : sizes) {
                run(FrameSize.of(size), out);
            }
        }
    }

    private void run(FrameSize size, Consumer<String> out)
            throws IOException, InterruptedException {
        List<Carried> tunnel = new ArrayList<>();
        List<Carried> clear = new ArrayList<>();
        List<Carried> plain = new ArrayList<>();
        int bytes = size.shortest();
        for (int turn = 0; turn < turns; turn++) {
            tunnel.add(gateways(true, size, turn));
            clear.add(gateways(false, size, turn));
            if (PlainC.available()) {
                plain.add(PlainC.run(bytes + Ethernet.HEADER_LENGTH, millis, cpuA, cpuB));
            }
        }
        out.accept(row(size, "tunnel", tunnel, bytes));
        out.accept(row(size, "clear", clear, bytes));
        if (!plain.isEmpty()) {
            out.accept(row(size, "plain C", plain, bytes));
        }
    }

    private Carried gateways(boolean encrypts, FrameSize size, int turn)
            throws InterruptedException {
        try (TwoGateways gateways = new TwoGateways(type, encrypts, size, provider, cpuA, cpuB)) {
            gateways.start();
            Thread.sleep(
                    turn == 0 ? Math.min(WARM_UP_MILLIS, WARM_UP_SHARE * millis) : SETTLE_MILLIS);
            Carried carried = gateways.measure(millis);
            if (carried.packets() == 0) {
                throw new IllegalStateException("nothing arrives: " + gateways.snapshots());
            }
            return carried;
        }
    }

    private static String row(FrameSize size, String what, List<Carried> turns, int bytes) {
        List<Carried> sorted =
                turns.stream().sorted(Comparator.comparing(Carried::millionsPerSecond)).toList();
        Carried median = sorted.get(sorted.size() / 2);
        return String.format(
                Locale.ROOT,
                "%-8s  %-8s  %5.2f   %6.2f   %9.0f   %9.0f   (%.2f to %.2f Mpps)",
                size.label(),
                what,
                median.millionsPerSecond(),
                median.gigabitsPerSecond(bytes),
                median.senderNanosPerPacket(),
                median.receiverNanosPerPacket(),
                sorted.getFirst().millionsPerSecond(),
                sorted.getLast().millionsPerSecond());
    }
}
