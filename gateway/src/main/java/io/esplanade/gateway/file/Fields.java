package io.esplanade.gateway.file;

import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The fields of one mapping. Reading one either gives its value or says what is wrong with it; a
 * reader asks for all its fields, so that all is said at once, and then whether anything was wrong.
 */
final class Fields {

    private final String what;
    private final Position position;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Position> keys = new LinkedHashMap<>();
    private final Problems problems;

    private Fields(String what, MappingNode node, Problems problems) {
        this.what = what;
        this.position = Position.of(node);
        this.problems = problems;
        for (NodeTuple tuple : node.getValue()) {
            add(tuple);
        }
    }

    /** The fields of a mapping, for one whose keys are not names of ours, or nothing. */
    static Optional<Fields> of(Node node, String what, Problems problems) {
        if (node instanceof MappingNode mapping && mapping.getTag().equals(Tag.MAP)) {
            return Optional.of(new Fields(what, mapping, problems));
        }
        problems.error(
                Position.of(node),
                what + " is " + kind(node) + " where a mapping is needed",
                "write 'key: value' lines under it, indented");
        return Optional.empty();
    }

    /** The fields of a mapping that may have these keys and no others. */
    static Optional<Fields> of(
            Node node, String what, Collection<String> known, Problems problems) {
        Optional<Fields> fields = of(node, what, problems);
        fields.ifPresent(f -> f.refuseOthers(known));
        return fields;
    }

    private void add(NodeTuple tuple) {
        Position at = Position.of(tuple.getKeyNode());
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            problems.error(at, "a key of " + what + " is not a word", "write 'key: value'");
        } else if (keys.containsKey(key.getValue())) {
            problems.error(
                    at,
                    "'%s' stands twice in %s: first on line %d"
                            .formatted(key.getValue(), what, keys.get(key.getValue()).line()),
                    "keep one of them");
        } else {
            keys.put(key.getValue(), at);
            values.put(key.getValue(), tuple.getValueNode());
        }
    }

    void refuseOthers(Collection<String> known) {
        keys.forEach(
                (key, at) -> {
                    if (!known.contains(key)) {
                        problems.error(
                                at,
                                "unknown key '" + key + "' in " + what,
                                Nearest.remedy(key, known));
                    }
                });
    }

    /** Where the mapping begins. */
    Position position() {
        return position;
    }

    /** Where the key stands, or the mapping if it does not. */
    Position position(String key) {
        return keys.getOrDefault(key, position);
    }

    boolean has(String key) {
        return keys.containsKey(key);
    }

    /** All keys, in the order of the file. */
    Collection<String> names() {
        return keys.keySet();
    }

    /** The node at the key, if it is there. */
    Optional<Node> node(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** Reports what is missing. */
    void require(String... wanted) {
        for (String key : wanted) {
            if (!has(key)) {
                problems.error(position, what + " has no '" + key + "'", "add '" + key + ": …'");
            }
        }
    }

    /** The text of a scalar, as written. */
    Optional<At<String>> text(String key) {
        return node(key).flatMap(node -> text(node, what + "'s '" + key + "'"));
    }

    /** What {@code parse} makes of the text; it throws IllegalArgumentException with the reason. */
    <T> Optional<At<T>> value(String key, Function<String, T> parse) {
        return text(key).flatMap(text -> parsed(text, key, parse));
    }

    /** A list of texts; one text alone is a list of one. */
    <T> List<At<T>> values(String key, Function<String, T> parse) {
        List<At<T>> result = new ArrayList<>();
        Node node = values.get(key);
        List<Node> items =
                switch (node) {
                    case null -> List.of();
                    case SequenceNode sequence -> sequence.getValue();
                    default -> List.of(node);
                };
        for (Node item : items) {
            text(item, "an item of " + what + "'s '" + key + "'")
                    .flatMap(text -> parsed(text, key, parse))
                    .ifPresent(result::add);
        }
        return List.copyOf(result);
    }

    /** A number between two limits, both included. */
    Optional<At<Integer>> integer(String key, int least, int most) {
        return value(
                key,
                text -> {
                    BigInteger number = Literals.number(text);
                    if (number.compareTo(BigInteger.valueOf(least)) < 0
                            || number.compareTo(BigInteger.valueOf(most)) > 0) {
                        throw new Wrong(text + " is out of range", "use " + least + " to " + most);
                    }
                    return number.intValue();
                });
    }

    /** True or false. */
    Optional<At<Boolean>> bool(String key) {
        return value(
                key,
                text ->
                        switch (text) {
                            case "true" -> true;
                            case "false" -> false;
                            default ->
                                    throw new Wrong(
                                            "'" + text + "' is neither true nor false",
                                            "write true or false");
                        });
    }

    /** One word of several. */
    Optional<At<String>> word(String key, Collection<String> words) {
        return value(
                key,
                text -> {
                    if (!words.contains(text)) {
                        throw new Wrong("'" + text + "' is not known", Nearest.remedy(text, words));
                    }
                    return text;
                });
    }

    private <T> Optional<At<T>> parsed(At<String> text, String key, Function<String, T> parse) {
        try {
            return Optional.of(new At<>(parse.apply(text.value()), text.position()));
        } catch (Wrong e) {
            problems.error(text.position(), key + ": " + e.getMessage(), e.remedy());
        }
        return Optional.empty();
    }

    private Optional<At<String>> text(Node node, String whose) {
        boolean plain =
                node instanceof ScalarNode
                        && List.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL).contains(node.getTag());
        if (plain && node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
            return Optional.of(new At<>(scalar.getValue().strip(), Position.of(node)));
        }
        problems.error(
                Position.of(node),
                whose + " is " + kind(node) + " where one value is needed",
                "write one value behind the colon");
        return Optional.empty();
    }

    private static String kind(Node node) {
        return switch (node) {
            case MappingNode _ -> "a mapping";
            case SequenceNode _ -> "a list";
            case ScalarNode scalar when scalar.getValue().isBlank() -> "empty";
            case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> "empty";
            default ->
                    node.getTag().getValue().startsWith(Tag.PREFIX)
                            ? "a single value"
                            : "of the unknown type " + node.getTag().getValue();
        };
    }
}
