package io.esplanade.bench.lanes;

import io.esplanade.bench.bed.FlowChooser;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.Steering;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.bench.floor.BurstFloor;
import io.esplanade.bench.floor.Contestant;
import io.esplanade.bench.floor.NativeFloor;
import io.esplanade.bench.floor.Packets;
import io.esplanade.bench.floor.Shape;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A lane and its floors: the same keys and SAs in turn, and the same mbufs in the same shuffled
 * order. When the turn of one comes, its buffer was last touched as many packets ago as there are
 * mbufs, so it lies outside the L2 cache if these exceed it: the lane fetches it when it copies the
 * packet received there, the floor when it encrypts. What the lane copies from stays in cache.
 */
public final class Ground implements AutoCloseable {

    /** The floor that is one call of the provider for each burst. */
    public static final String BURST = "burst";

    /** The floor that is a C loop. */
    public static final String LOOP = "C loop";

    /** Outer IPv4 header, SPI, sequence number, IV. */
    private static final int ESP_HEAD = 36;

    private final CryptoProvider provider;
    private final Flows flows;
    private final Lane lane;
    private final Packets packets;
    private final Map<String, Contestant> floors = new LinkedHashMap<>();

    public Ground(Case of) throws CryptoException, InterruptedException, IOException {
        provider = Providers.find(of.provider());
        byte[][] keys = Traffic.newKeys(of.sas());
        flows =
                new Flows(
                        FlowChooser.choose(of.flows(), of.sas(), provider),
                        FrameSize.of("" + of.size()),
                        Steering.BY_FLOW,
                        1);
        boolean encrypts = of.operation() == Operation.ENCRYPT;
        lane =
                encrypts
                        ? Lane.encrypting(provider, flows, keys, of.mbufs())
                        : Lane.decrypting(provider, flows, of.size(), keys, of.mbufs());
        long[] payloads = lane.buffers();
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] += encrypts ? 0 : ESP_HEAD;
        }
        Shape shape = Shape.of(Traffic.SUITE, of.operation(), of.size(), true);
        packets = new Packets(provider, shape, keys, payloads);
        floors.put(BURST, new BurstFloor(packets));
        NativeFloor.of(of.provider(), packets).ifPresent(f -> floors.put(LOOP, f));
    }

    /** The provider, for people. */
    String description() {
        return provider.description();
    }

    public Lane lane() {
        return lane;
    }

    /** By name; the C loop only where there is one. */
    public Map<String, Contestant> floors() {
        return Map.copyOf(floors);
    }

    /**
     * Frees all.
     *
     * @throws IllegalStateException if not every packet went well: then no figure counts
     */
    @Override
    public void close() throws IOException {
        for (Contestant floor : floors.values()) {
            floor.close();
        }
        lane.close();
        packets.close();
        flows.close();
    }
}
