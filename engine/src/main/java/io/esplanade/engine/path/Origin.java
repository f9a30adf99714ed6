package io.esplanade.engine.path;

/** Where a packet stands with respect to the IPsec boundary when its verdict is sought. */
final class Origin {

    /** On the protected side: from a protected port, or on another pass. */
    static final int PROTECTED = 0;

    /** In clear, from an unprotected port. */
    static final int UNPROTECTED = 1;

    /** Just out of the inbound SA whose slot and generation make the rest of the word. */
    static final int DECAPSULATED = 2;

    private static final int KIND = 3;

    private Origin() {}

    /** The flow cache's word for a packet out of this SA: selectors differ from SA to SA. */
    static long decapsulated(int slot, int generation) {
        return (long) slot << 32 | (long) generation << 2 | DECAPSULATED;
    }

    static int kind(long origin) {
        return (int) origin & KIND;
    }
}
