package io.esplanade.gateway.file;

import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

import java.util.Comparator;

/**
 * A place in a gateway file.
 *
 * @param line from 1; 0 when the file as a whole is meant
 * @param column from 1, in characters; 0 when the file as a whole is meant
 */
public record Position(int line, int column) implements Comparable<Position> {

    /** The file as a whole. */
    public static final Position FILE = new Position(0, 0);

    private static final Comparator<Position> ORDER =
            Comparator.comparingInt(Position::line).thenComparingInt(Position::column);

    static Position of(Mark mark) {
        return new Position(mark.getLine() + 1, mark.getColumn() + 1);
    }

    static Position of(Node node) {
        return node.getStartMark().map(Position::of).orElse(FILE);
    }

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }
}
