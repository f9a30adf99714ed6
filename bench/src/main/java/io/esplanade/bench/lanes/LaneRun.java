package io.esplanade.bench.lanes;

import io.esplanade.bench.floor.Contestant;
import io.esplanade.bench.race.Sample;
import io.esplanade.bench.race.Signals;
import io.esplanade.bench.race.WarmUp;
import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;
import io.esplanade.engine.os.Affinity;

import java.util.Map;

/** The main of a JVM that measures one {@link Case} and says the {@link Result} as JSON. */
public final class LaneRun {

    private static final int WARM_UP_MILLIS = 1500;

    /** The least packets in a turn. */
    private static final int TURN = 8192;

    private LaneRun() {}

    /**
     * @param args the case, the milliseconds to measure for
     */
    public static void main(String[] args) {
        Signals.dieWithParent();
        try {
            int[] cpus = Affinity.cpus();
            Affinity.pin(cpus[cpus.length - 1]); // the JIT and the collector have the others
            Case of = Case.from(JsonObject.read(args[0]));
            System.out.println(Json.line(measure(of, Integer.parseInt(args[1])).toMap()));
            System.exit(0);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    static Result measure(Case of, int millis) throws Exception {
        try (Ground ground = new Ground(of)) {
            System.gc(); // what SAs consist of moves together, as when the command starts
            Map<String, Contestant> floors = ground.floors();
            Contestant burst = floors.get(Ground.BURST);
            Contestant loop = floors.get(Ground.LOOP);
            Turns turns =
                    loop == null
                            ? new Turns(TURN, ground.lane(), burst)
                            : new Turns(TURN, ground.lane(), burst, loop);
            WarmUp.of(turns::play, WARM_UP_MILLIS, 3 * WARM_UP_MILLIS);
            turns.forget();
            turns.play(millis);
            return result(of, ground.description(), turns, loop != null);
        }
    }

    private static Result result(Case of, String description, Turns turns, boolean looped) {
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
                description,
                loop,
                burst,
                Sample.of(lane),
                Sample.of(turns.wall(0)),
                Sample.of(above),
                turns.allocated(0));
    }
}
