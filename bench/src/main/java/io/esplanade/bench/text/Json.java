package io.esplanade.bench.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON (RFC 8259) as plain values: maps, lists, strings, booleans, {@code Long} and {@code Double}
 * numbers, null.
 */
public final class Json {

    private final StringBuilder text = new StringBuilder();
    private final boolean indented;

    private Json(boolean indented) {
        this.indented = indented;
    }

    /** An object of names and values in turn, in that order. */
    public static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    /** The value on one line. */
    public static String line(Object value) {
        return write(value, false);
    }

    /** The value indented by two spaces, without a line end. */
    public static String indented(Object value) {
        return write(value, true);
    }

    /**
     * Reads one value.
     *
     * @throws IllegalArgumentException if {@code text} is not JSON: the message says where
     */
    public static Object read(String text) {
        return new JsonReader(text).read();
    }

    private static String write(Object value, boolean indented) {
        Json json = new Json(indented);
        json.value(value, 0);
        return json.text.toString();
    }

    private void value(Object value, int depth) {
        switch (value) {
            case null -> text.append("null");
            case Map<?, ?> map -> map(map, depth);
            case List<?> list -> list(list, depth);
            case Boolean bool -> text.append(bool);
            case Double d -> number(d);
            case Number number -> text.append(number);
            default -> string(value.toString());
        }
    }

    /** JSON has no number for what is not finite: null says that there is none. */
    private void number(double d) {
        if (Double.isFinite(d)) {
            text.append(d == Math.rint(d) && Math.abs(d) < 1e15 ? "" + (long) d : "" + d);
        } else {
            text.append("null");
        }
    }

    private void map(Map<?, ?> map, int depth) {
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            text.append(separator);
            line(depth + 1);
            string(entry.getKey().toString());
            text.append(indented ? ": " : ":");
            value(entry.getValue(), depth + 1);
            separator = ",";
        }
        end(map.isEmpty(), "{}", '}', depth);
    }

    private void list(List<?> list, int depth) {
        String separator = "[";
        for (Object item : list) {
            text.append(separator);
            line(depth + 1);
            value(item, depth + 1);
            separator = ",";
        }
        end(list.isEmpty(), "[]", ']', depth);
    }

    private void end(boolean empty, String whole, char bracket, int depth) {
        if (empty) {
            text.append(whole);
        } else {
            line(depth);
            text.append(bracket);
        }
    }

    private void line(int depth) {
        if (indented) {
            text.append('\n').append("  ".repeat(depth));
        }
    }

    private void string(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                default -> text.append(c < ' ' ? "\\u%04x".formatted((int) c) : c);
            }
        }
        text.append('"');
    }
}
