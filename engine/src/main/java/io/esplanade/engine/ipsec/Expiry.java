package io.esplanade.engine.ipsec;

/** What an SA has used up, or nearly. */
public enum Expiry {
    TIME("time"),
    BYTES("bytes"),
    PACKETS("packets"),

    /** Of an outbound SA; there is no more than 2⁶⁴ - 1 of them, or 2³² - 1 without ESN. */
    SEQUENCE_NUMBERS("sequence numbers");

    private final String text;

    Expiry(String text) {
        this.text = text;
    }

    /** In a sentence: “an SA has nearly used up its …”. */
    public String text() {
        return text;
    }
}
