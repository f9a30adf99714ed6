package io.esplanade.gateway.file;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

import java.util.Optional;

/** YAML 1.2 text to a tree of nodes that know their places; no object is ever built from a tag. */
final class Yaml {

    private static final int MAX_DEPTH = 32;
    private static final int MAX_ALIASES = 64;

    private Yaml() {}

    /** The root node, or nothing, with the reason in {@code problems}. */
    static Optional<Node> parse(String text, Problems problems) {
        LoadSettings settings =
                LoadSettings.builder()
                        .setSchema(new CoreSchema())
                        .setMaxAliasesForCollections(MAX_ALIASES)
                        .setCodePointLimit(YamlText.MAX_BYTES)
                        .build();
        try {
            // Composing recurses and follows aliases: what would not end well is refused before.
            if (!sane(new Parse(settings).parseString(text), problems)) {
                return Optional.empty();
            }
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                problems.error(
                        Position.FILE,
                        "holds nothing but comments",
                        "begin with the examples that `esplanade --help` names");
            }
            return root;
        } catch (MarkedYamlEngineException e) {
            problems.error(
                    e.getProblemMark()
                            .or(e::getContextMark)
                            .map(Position::of)
                            .orElse(Position.FILE),
                    "is not YAML here: " + reason(e),
                    remedy(e.getMessage()));
        } catch (ReaderException e) {
            problems.error(
                    position(text, e.getPosition()),
                    "holds a character that YAML does not allow: U+%04X"
                            .formatted(e.getCodePoint()),
                    "remove it; the file is text");
        } catch (YamlEngineException e) {
            problems.error(Position.FILE, "is not YAML: " + e.getMessage(), "correct it");
        }
        return Optional.empty();
    }

    private static boolean sane(Iterable<Event> events, Problems problems) {
        int depth = 0;
        int aliases = 0;
        for (Event event : events) {
            if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
                problems.error(
                        position(event),
                        "is nested more than " + MAX_DEPTH + " deep",
                        "a gateway file needs 4 levels");
                return false;
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            } else if (event instanceof AliasEvent && ++aliases > MAX_ALIASES) {
                problems.error(
                        position(event),
                        "uses more than " + MAX_ALIASES + " aliases",
                        "write the values out");
                return false;
            }
        }
        return true;
    }

    private static Position position(Event event) {
        return event.getStartMark().map(Position::of).orElse(Position.FILE);
    }

    private static Position position(String text, int codePoints) {
        String before = text.substring(0, text.offsetByCodePoints(0, codePoints));
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        return new Position(line, before.length() - before.lastIndexOf('\n'));
    }

    private static String reason(MarkedYamlEngineException e) {
        String context = e.getContext() == null ? "" : e.getContext().strip() + ", ";
        return context + e.getProblem().strip();
    }

    private static String remedy(String message) {
        if (message.contains("TAB") || message.contains("\\t")) {
            return "indent with spaces: YAML allows no tabs there";
        }
        if (message.contains("mapping values are not allowed")) {
            return "check the indentation, and quote a value that holds ': '";
        }
        if (message.contains("but found ':'")) {
            return "quote what begins with a colon, such as \"::/0\"";
        }
        if (message.contains("single document")) {
            return "keep one gateway a file: remove the '---' and what follows";
        }
        if (message.contains("undefined alias")) {
            return "quote a value that begins with *";
        }
        return "check indentation, brackets and quotes here and in the lines above";
    }
}
