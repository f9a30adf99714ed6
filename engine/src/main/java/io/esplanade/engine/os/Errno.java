package io.esplanade.engine.os;

/** What the system's error numbers mean, {@code errno(3)}. */
public final class Errno {

    private Errno() {}

    /**
     * The C library's words for {@code errno}, and the number: {@code Permission denied (errno
     * 13)}.
     */
    public static String text(int errno) {
        return LibC.strerror(errno) + " (errno " + errno + ")";
    }
}
