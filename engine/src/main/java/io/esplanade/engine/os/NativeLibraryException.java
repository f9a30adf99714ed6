package io.esplanade.engine.os;

/** The engine's C library is there and cannot be used; the message says what to do. */
public final class NativeLibraryException extends RuntimeException {

    private static final long serialVersionUID = 1;

    NativeLibraryException(String message) {
        super(message);
    }

    NativeLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
