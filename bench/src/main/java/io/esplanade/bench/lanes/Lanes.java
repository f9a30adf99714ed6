package io.esplanade.bench.lanes;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;
import io.esplanade.engine.crypto.CryptoBurst.Operation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Measures cases, each in a JVM of its own, so that none meets what the JIT learned of another. */
public final class Lanes {

    /**
     * How many mbufs are in use in turn unless told otherwise: what a lane touches of them, four
     * lines of each with the smallest packets, exceeds an L2 cache.
     */
    public static final int MBUFS = 16_384;

    private final List<String> providers;
    private final List<Integer> sizes;
    private final List<Integer> sas;
    private final int mbufs;
    private final int jvms;
    private final int millis;

    /**
     * @param jvms how many measure each case
     * @param millis for so long each
     */
    public Lanes(
            List<String> providers,
            List<Integer> sizes,
            List<Integer> sas,
            int mbufs,
            int jvms,
            int millis) {
        this.providers = providers;
        this.sizes = sizes;
        this.sas = sas;
        this.mbufs = mbufs;
        this.jvms = jvms;
        this.millis = millis;
    }

    private List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String provider : providers) {
            for (int number : sas) {
                for (int size : sizes) {
                    for (Operation operation : Operation.values()) {
                        cases.add(new Case(provider, operation, size, number, mbufs));
                    }
                }
            }
        }
        return cases;
    }

    /**
     * Measures them all.
     *
     * @param lines takes the table, line by line
     * @return the results as JSON
     * @throws IOException if a JVM failed, which has said why on standard error
     */
    public List<Object> run(Consumer<String> lines) throws IOException, InterruptedException {
        List<Object> all = new ArrayList<>();
        lines.accept(Table.HEAD);
        Result before = null;
        for (Case of : cases()) {
            Result result = measure(of);
            lines.accept(Table.line(result, before));
            before = result;
            all.add(result.toMap());
        }
        return all;
    }

    /** Of all JVMs the one whose lane is the median: the JIT does not come to the same in each. */
    private Result measure(Case of) throws IOException, InterruptedException {
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < jvms; i++) {
            results.add(run(of));
        }
        results.sort(Comparator.comparingDouble(result -> result.lane().median()));
        return results.get(jvms / 2);
    }

    private Result run(Case of) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xms128m",
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-XX:ObjectAlignmentInBytes=64", // as the command has it
                                "-XX:-CreateCoredumpOnCrash",
                                "-XX:-UsePerfData",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                LaneRun.class.getName(),
                                Json.line(of.toMap()),
                                "" + millis)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("the JVM failed that measured " + Json.line(of.toMap()));
        }
        return Result.from(JsonObject.read(said.strip()));
    }
}
