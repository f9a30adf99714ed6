package io.esplanade.ffi.openssl;

/** No suitable libcrypto; the message says what was tried, with what outcome, and the remedy. */
public final class LibraryNotFoundException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LibraryNotFoundException(String message) {
        super(message);
    }
}
