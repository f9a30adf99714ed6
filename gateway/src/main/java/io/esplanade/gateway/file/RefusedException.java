package io.esplanade.gateway.file;

import java.util.List;
import java.util.stream.Collectors;

/** A gateway file is refused; the message lists every problem with its place and remedy. */
public final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    RefusedException(String file, List<Problem> problems) {
        super(
                problems.stream()
                        .map(p -> p.text(file))
                        .collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    /** In the order of the file; warnings too, and at least one error. */
    public List<Problem> problems() {
        return problems;
    }
}
