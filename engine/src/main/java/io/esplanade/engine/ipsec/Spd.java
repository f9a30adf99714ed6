package io.esplanade.engine.ipsec;

/**
 * The security policy database (RFC 4301 §4.4.1) of one moment, read once per burst. {@link
 * SpdSearch} looks things up in it; {@link PolicyTable} makes the next one after a change.
 *
 * <p>All of a table's are views of one {@link SpdIndex}, which is changed in place: a view is a
 * version, and holds the policies that had been added by then and not removed. So a change costs
 * what it changes and no more, and yet a batch of changes takes effect at one moment.
 */
public final class Spd {

    /** Stands for no tunnel. */
    public static final int NONE = -1;

    /** No policies: everything is discarded. */
    public static final Spd EMPTY = new Spd(new SpdIndex(), 0, 0);

    private final SpdIndex index;
    private final long version;
    private final int size;

    Spd(SpdIndex index, long version, int size) {
        this.index = index;
        this.version = version;
        this.size = size;
    }

    SpdIndex index() {
        return index;
    }

    long version() {
        return version;
    }

    /** How many policies there are, both directions together. */
    public int size() {
        return size;
    }
}
