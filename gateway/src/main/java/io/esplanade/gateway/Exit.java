package io.esplanade.gateway;

/** The command's exit codes. */
public final class Exit {

    /** Done as asked. */
    public static final int OK = 0;

    /** Refused, or did not come out as it must: the message says why. */
    public static final int FAILED = 1;

    /** The command line is wrong. */
    public static final int USAGE = 2;

    /** A mistake of Esplanade's own ({@code EX_SOFTWARE} of sysexits). */
    public static final int INTERNAL = 70;

    private Exit() {}
}
