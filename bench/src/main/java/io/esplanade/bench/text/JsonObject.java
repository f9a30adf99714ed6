package io.esplanade.bench.text;

import java.util.List;
import java.util.Map;

/** A JSON object read by members of known types; asking for one that is not there throws. */
public record JsonObject(Map<?, ?> members) {

    public static JsonObject read(String text) {
        return of(Json.read(text));
    }

    static JsonObject of(Object value) {
        return value instanceof Map<?, ?> map
                ? new JsonObject(map)
                : fail("an object is needed, not " + value);
    }

    public boolean has(String name) {
        return members.containsKey(name);
    }

    /** Whether the member is there and says that there is none. */
    public boolean isNull(String name) {
        return has(name) && members.get(name) == null;
    }

    public String string(String name) {
        return member(name, String.class);
    }

    public long number(String name) {
        return member(name, Number.class).longValue();
    }

    public double real(String name) {
        return member(name, Number.class).doubleValue();
    }

    public JsonObject object(String name) {
        return of(members.get(name));
    }

    public List<JsonObject> objects(String name) {
        List<?> list = member(name, List.class);
        return list.stream().map(JsonObject::of).toList();
    }

    public List<Long> numbers(String name) {
        List<?> list = member(name, List.class);
        return list.stream().map(n -> n instanceof Long l ? l : fail(name + " has " + n)).toList();
    }

    private <T> T member(String name, Class<T> type) {
        Object value = members.get(name);
        return type.isInstance(value) ? type.cast(value) : fail("member " + name + " is " + value);
    }

    private static <T> T fail(String why) {
        throw new IllegalArgumentException("unexpected JSON: " + why);
    }
}
