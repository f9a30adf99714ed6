package io.esplanade.bench.lanes;

import io.esplanade.bench.bed.FlowChooser;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.Steering;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.bench.race.Sample;
import io.esplanade.bench.race.WarmUp;
import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.os.Affinity;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The main of a JVM that measures one {@link Case} and says the {@link Result} as JSON. */
public final class LaneRun {

    private static final int WARM_UP_MILLIS = 1500;

    /** The least packets in a turn. */
    private static final int TURN = 8192;

    /** Outer IPv4 header, SPI, sequence number, IV. */
    private static final int ESP_HEAD = 36;

    private LaneRun() {}

    /**
     * @param args the case, the milliseconds to measure for
     */
    public static void main(String[] args) {
        try {
            int[] cpus = Affinity.cpus();
            Affinity.pin(cpus[cpus.length - 1]);
            Case of = Case.from(JsonObject.read(args[0]));
            System.out.println(Json.line(measure(of, Integer.parseInt(args[1])).toMap()));
            System.exit(0);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    static Result measure(Case of, int millis) throws Exception {
        CryptoProvider provider = Providers.find(of.provider());
        byte[][] keys = Traffic.newKeys(of.sas());
        FrameSize size = FrameSize.of("" + of.size());
        try (Flows flows =
                        new Flows(
                                FlowChooser.choose(of.flows(), of.sas(), provider),
                                size,
                                Steering.BY_FLOW,
                                1);
                Lane lane = lane(of, provider, flows, keys);
                Packets packets = packets(of, provider, keys, lane.buffers())) {
            List<Contestant> contestants = new ArrayList<>(List.of(lane));
            contestants.add(new BurstFloor(packets, of.operation()));
            loop(of, packets).ifPresent(contestants::add);
            Turns turns = new Turns(TURN, contestants.toArray(Contestant[]::new));
            WarmUp.of(turns::play, WARM_UP_MILLIS, 3 * WARM_UP_MILLIS);
            turns.forget();
            turns.play(millis);
            Result result = result(of, provider, turns, contestants.size() > 2);
            for (Contestant floor : contestants.subList(1, contestants.size())) {
                floor.close();
            }
            return result;
        }
    }

    private static Lane lane(Case of, CryptoProvider provider, Flows flows, byte[][] keys)
            throws IOException, CryptoException {
        return of.operation() == Operation.ENCRYPT
                ? Lane.encrypting(provider, flows, keys, of.mbufs())
                : Lane.decrypting(provider, flows, of.size(), keys, of.mbufs());
    }

    private static Packets packets(Case of, CryptoProvider provider, byte[][] keys, long[] buffers)
            throws CryptoException {
        int head = of.operation() == Operation.ENCRYPT ? 0 : ESP_HEAD;
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] += head;
        }
        int length = of.size() + 2;
        return new Packets(provider, keys, buffers, length + (-length & 3));
    }

    private static Optional<Contestant> loop(Case of, Packets packets) {
        return of.provider().equals(Providers.OPENSSL)
                ? OpenSslFloor.of(packets, of.operation())
                : Optional.empty();
    }

    private static Result result(Case of, CryptoProvider provider, Turns turns, boolean looped) {
        Sample burst = Sample.of(turns.cpu(1));
        Sample loop = looped ? Sample.of(turns.cpu(2)) : null;
        double[] lane = turns.cpu(0);
        double[] floor = turns.cpu(looped && loop.median() < burst.median() ? 2 : 1);
        double[] above = new double[lane.length];
        for (int i = 0; i < above.length; i++) {
            above[i] = lane[i] - floor[i];
        }
        return new Result(
                of,
                provider.description(),
                loop,
                burst,
                Sample.of(lane),
                Sample.of(turns.wall(0)),
                Sample.of(above),
                turns.allocated(0));
    }
}
