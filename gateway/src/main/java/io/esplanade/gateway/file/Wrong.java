package io.esplanade.gateway.file;

/** A value that cannot be read: why, and what to write instead. */
final class Wrong extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    Wrong(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }
}
