package io.esplanade.gateway.view;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A table in plain text: numbers to the right, words to the left, two spaces between. */
public final class Table {

    private final List<List<Object>> rows = new ArrayList<>();

    public Table(Object... headings) {
        rows.add(List.of(headings));
    }

    /** Adds a row; what is a {@link Number} is grouped by thousands. */
    public Table row(Object... cells) {
        rows.add(List.of(cells));
        return this;
    }

    public boolean isEmpty() {
        return rows.size() == 1;
    }

    /** Its lines, each indented by two spaces. */
    public List<String> lines() {
        int columns = rows.getFirst().size();
        int[] width = new int[columns];
        for (List<Object> row : rows) {
            for (int i = 0; i < columns; i++) {
                width[i] = Math.max(width[i], text(row.get(i)).length());
            }
        }
        return rows.stream().map(row -> line(row, width)).toList();
    }

    private String line(List<Object> row, int[] width) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < width.length; i++) {
            String padding = " ".repeat(width[i] - text(row.get(i)).length());
            cells.add(isNumeric(i) ? padding + text(row.get(i)) : text(row.get(i)) + padding);
        }
        return "  " + cells.stream().collect(Collectors.joining("  ")).stripTrailing();
    }

    private boolean isNumeric(int column) {
        return rows.stream().skip(1).anyMatch(row -> row.get(column) instanceof Number);
    }

    private static String text(Object cell) {
        return cell instanceof Number ? "%,d".formatted(cell) : cell.toString();
    }
}
