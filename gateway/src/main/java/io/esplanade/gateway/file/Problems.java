package io.esplanade.gateway.file;

import java.util.List;
import java.util.TreeSet;

/** Collects what is wrong with one file; saying the same twice counts once. One thread. */
final class Problems {

    private final TreeSet<Problem> found = new TreeSet<>();

    void error(Position position, String message, String remedy) {
        found.add(new Problem(Problem.Severity.ERROR, position, message, remedy));
    }

    void warning(Position position, String message, String remedy) {
        found.add(new Problem(Problem.Severity.WARNING, position, message, remedy));
    }

    /** How many errors so far: a reader compares before and after. */
    long errors() {
        return found.stream().filter(p -> p.severity() == Problem.Severity.ERROR).count();
    }

    /** Everything found, in the order of the file. */
    List<Problem> all() {
        return List.copyOf(found);
    }
}
