package io.esplanade.engine.crypto;

/** What RFC 8221 says of an algorithm in ESP; what it does not name may be used. */
public enum Requirement {
    MUST("MUST"),
    MUST_MINUS("MUST-"),
    SHOULD("SHOULD"),
    MAY("MAY"),
    SHOULD_NOT("SHOULD NOT"),
    MUST_NOT("MUST NOT");

    private final String text;

    Requirement(String text) {
        this.text = text;
    }

    /** Whether there are better ones. */
    public boolean discouraged() {
        return this == SHOULD_NOT || this == MUST_NOT;
    }

    /** The weaker of the two. */
    Requirement and(Requirement other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** As the RFC writes it. */
    @Override
    public String toString() {
        return text;
    }
}
