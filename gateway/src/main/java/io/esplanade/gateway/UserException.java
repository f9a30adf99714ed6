package io.esplanade.gateway;

/** What was asked for cannot be done; the user can change that, and the message says how. */
public final class UserException extends Exception {

    private static final long serialVersionUID = 1L;

    public UserException(String message) {
        super(message);
    }
}
