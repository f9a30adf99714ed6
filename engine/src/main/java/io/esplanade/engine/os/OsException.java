package io.esplanade.engine.os;

/** A system call failed: the message says which, why, and what would help where that is known. */
public final class OsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    public OsException(String message, int errno) {
        super(message + ": " + Errno.text(errno));
        this.errno = errno;
    }

    /** The number the system gave, as in {@code errno(3)}. */
    public int errno() {
        return errno;
    }
}
