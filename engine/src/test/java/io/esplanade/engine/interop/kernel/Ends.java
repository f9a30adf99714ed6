package io.esplanade.engine.interop.kernel;

/** The addresses of the two ends of a tunnel, and of what is behind them. */
enum Ends {
    /** The engine. */
    GATEWAY("192.0.2.1", "2001:db8::1", "10.1.0.5", "fd01::5", "10.1.0.0/16", "fd01::/32"),
    /** The kernel. */
    PEER("192.0.2.2", "2001:db8::2", "10.2.0.1", "fd02::1", "10.2.0.0/16", "fd02::/32");

    private final String outer4;
    private final String outer6;
    private final String inner4;
    private final String inner6;
    private final String network4;
    private final String network6;

    Ends(
            String outer4,
            String outer6,
            String inner4,
            String inner6,
            String network4,
            String network6) {
        this.outer4 = outer4;
        this.outer6 = outer6;
        this.inner4 = inner4;
        this.inner6 = inner6;
        this.network4 = network4;
        this.network6 = network6;
    }

    String outer(boolean ipv6) {
        return ipv6 ? outer6 : outer4;
    }

    /** A host behind it: the kernel's is the kernel itself. */
    String inner(boolean ipv6) {
        return ipv6 ? inner6 : inner4;
    }

    /** Where that host is. */
    String network(boolean ipv6) {
        return ipv6 ? network6 : network4;
    }
}
