package io.esplanade.engine.crypto;

/** A provider cannot do what was asked of it; the message says what was tried and the remedy. */
public class CryptoException extends Exception {

    private static final long serialVersionUID = 1L;

    public CryptoException(String message) {
        super(message);
    }

    public CryptoException(String message, Throwable cause) {
        super(message, cause);
    }
}
