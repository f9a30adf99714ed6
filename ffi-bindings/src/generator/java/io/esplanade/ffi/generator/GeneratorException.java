package io.esplanade.ffi.generator;

/** What was asked for cannot be generated; the message says why. */
class GeneratorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    GeneratorException(String message) {
        super(message);
    }

    /** This machine lacks libclang or headers; the message says which package has them. */
    static final class Missing extends GeneratorException {
        private static final long serialVersionUID = 1;

        Missing(String message) {
            super(message);
        }
    }
}
