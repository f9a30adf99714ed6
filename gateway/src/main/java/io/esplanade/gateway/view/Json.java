package io.esplanade.gateway.view;

import java.util.List;
import java.util.Map;

/**
 * Writes JSON (RFC 8259): maps, lists, strings, booleans and finite numbers, indented by two
 * spaces.
 */
public final class Json {

    private final StringBuilder text = new StringBuilder();

    private Json() {}

    /** The JSON text of a value, without a line end. */
    public static String write(Object value) {
        Json json = new Json();
        json.value(value, 0);
        return json.text.toString();
    }

    private void value(Object value, int depth) {
        switch (value) {
            case null -> text.append("null");
            case Map<?, ?> map -> map(map, depth);
            case List<?> list -> list(list, depth);
            case Boolean bool -> text.append(bool);
            case Number number -> text.append(number);
            default -> string(value.toString());
        }
    }

    private void map(Map<?, ?> map, int depth) {
        if (map.isEmpty()) {
            text.append("{}");
            return;
        }
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            text.append(separator);
            line(depth + 1);
            string(entry.getKey().toString());
            text.append(": ");
            value(entry.getValue(), depth + 1);
            separator = ",";
        }
        line(depth);
        text.append('}');
    }

    private void list(List<?> list, int depth) {
        if (list.isEmpty()) {
            text.append("[]");
            return;
        }
        String separator = "[";
        for (Object item : list) {
            text.append(separator);
            line(depth + 1);
            value(item, depth + 1);
            separator = ",";
        }
        line(depth);
        text.append(']');
    }

    private void line(int depth) {
        text.append('\n').append("  ".repeat(depth));
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
