package io.esplanade.bench.race;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.Steering;
import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import java.util.Locale;
import java.util.Map;

/**
 * What one run measures; two runs of equal settings measure the same thing.
 *
 * @param threads of the packet path; with {@link Contender#PER_CORE}, lanes
 * @param provider a crypto provider's name
 * @param sas security associations, each with a key and a flow of its own
 * @param burst the most packets worked on together
 * @param perSecond packets offered each second, all queues together; 0 for as many as are taken
 * @param garbage what an application beside the gateway allocates, MB/s
 */
public record Setting(
        Contender contender,
        int threads,
        FrameSize size,
        String provider,
        int sas,
        Steering steering,
        int burst,
        Look look,
        long perSecond,
        Collector collector,
        int garbage) {

    /** What settings have that do not say otherwise. */
    private static final Setting USUAL =
            new Setting(
                    Contender.PER_CORE,
                    1,
                    FrameSize.B512,
                    "openssl",
                    64,
                    Steering.BY_SA,
                    32,
                    Look.SPEED,
                    0,
                    Collector.SERIAL,
                    0);

    private static final int MOST_FLOWS_OF_ONE_SA = 256;

    public static Setting of(Contender contender, int threads) {
        return USUAL.with(contender).withThreads(threads);
    }

    /** How many flows there are: one for each SA, and at least 256. */
    int flows() {
        return Math.max(sas, MOST_FLOWS_OF_ONE_SA);
    }

    public boolean hasCipher() {
        return !provider.equals(Providers.NULL);
    }

    public Setting with(Contender contender) {
        return with("contender", contender);
    }

    public Setting withThreads(int threads) {
        return with("threads", threads);
    }

    public Setting with(FrameSize size) {
        return with("size", size.keyword());
    }

    public Setting withProvider(String provider) {
        return with("provider", provider);
    }

    public Setting withSas(int sas) {
        return with("sas", sas);
    }

    public Setting with(Steering steering) {
        return with("steering", steering);
    }

    public Setting withBurst(int burst) {
        return with("burst", burst);
    }

    public Setting with(Look look) {
        return with("look", look);
    }

    public Setting withLoad(long perSecond) {
        return with("perSecond", perSecond);
    }

    public Setting with(Collector collector, int garbage) {
        return with("collector", collector).with("garbage", garbage);
    }

    private Setting with(String member, Object value) {
        Map<String, Object> map = toMap();
        map.put(member, value instanceof Enum<?> e ? e.name() : value);
        return from(new JsonObject(map));
    }

    /** One line for people. */
    public String label() {
        StringBuilder text = new StringBuilder();
        text.append(contender.label()).append(" × ").append(threads);
        text.append(", ").append(size.label()).append(", ").append(provider);
        text.append(", %,d SA%s".formatted(sas, sas == 1 ? "" : "s"));
        text.append(steering == Steering.BY_FLOW ? ", flows anywhere" : "");
        text.append(burst == USUAL.burst ? "" : ", burst " + burst);
        text.append(
                look == Look.SPEED
                        ? ""
                        : ", " + look.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        text.append(perSecond == 0 ? "" : " at %,d packets/s".formatted(perSecond));
        text.append(collector == USUAL.collector ? "" : ", " + collector.label());
        text.append(garbage == 0 ? "" : ", %d MB/s of garbage".formatted(garbage));
        return text.toString();
    }

    public Map<String, Object> toMap() {
        return Json.object(
                "contender", contender.name(),
                "threads", threads,
                "size", size.keyword(),
                "provider", provider,
                "sas", sas,
                "steering", steering.name(),
                "burst", burst,
                "look", look.name(),
                "perSecond", perSecond,
                "collector", collector.name(),
                "garbage", garbage);
    }

    static Setting from(JsonObject map) {
        return new Setting(
                Contender.valueOf(map.string("contender")),
                (int) map.number("threads"),
                FrameSize.of(map.string("size")),
                map.string("provider"),
                (int) map.number("sas"),
                Steering.valueOf(map.string("steering")),
                (int) map.number("burst"),
                Look.valueOf(map.string("look")),
                map.number("perSecond"),
                Collector.valueOf(map.string("collector")),
                (int) map.number("garbage"));
    }
}
