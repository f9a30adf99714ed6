package io.esplanade.engine;

/**
 * The engine refuses: a configuration, a change, or to start. Nothing of what was refused took
 * effect. The message says why and what to do.
 */
public class EngineException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
