package io.esplanade.gateway.file;

import java.util.Comparator;
import java.util.Objects;

/**
 * Something wrong in a gateway file.
 *
 * @param severity whether the file is refused for it
 * @param position where
 * @param message what is wrong, without a full stop
 * @param remedy what to do about it
 */
public record Problem(Severity severity, Position position, String message, String remedy)
        implements Comparable<Problem> {

    /** Whether a file with the problem is refused. */
    public enum Severity {
        ERROR,
        WARNING
    }

    private static final Comparator<Problem> ORDER =
            Comparator.comparing(Problem::position)
                    .thenComparing(Problem::severity)
                    .thenComparing(Problem::message);

    public Problem {
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(remedy, "remedy");
    }

    /** The form that compilers print and editors jump to; {@code file} is named as given. */
    public String text(String file) {
        String place =
                position.equals(Position.FILE)
                        ? file
                        : file + ":" + position.line() + ":" + position.column();
        return place
                + (severity == Severity.ERROR ? ": error: " : ": warning: ")
                + message
                + System.lineSeparator()
                + "    remedy: "
                + remedy;
    }

    @Override
    public int compareTo(Problem other) {
        return ORDER.compare(this, other);
    }
}
