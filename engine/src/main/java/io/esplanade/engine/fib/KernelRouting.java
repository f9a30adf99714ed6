package io.esplanade.engine.fib;

import java.util.Objects;

/**
 * That an engine takes over what the kernel knows, and follows it as it changes: the routes of one
 * of the kernel's tables, and the addresses, neighbours and links of the network devices that its
 * ports are on.
 *
 * <p>What was said to the engine itself comes first: a route hides the kernel's to the same
 * destination. Between destinations the longest prefix decides, as ever.
 *
 * @param table the routing table's number
 * @param vrf the VRF device whose table is meant instead, or null
 * @param elsewhere the port for routes over devices that no port is on, or null to leave them out
 */
public record KernelRouting(int table, String vrf, String elsewhere) {

    /** The number of the kernel's table {@code main}. */
    public static final int MAIN = 254;

    /** Follows table {@code main}, and leaves out routes over devices that no port is on. */
    public static final KernelRouting DEFAULT = new KernelRouting(MAIN, null, null);

    public KernelRouting {
        if (table == 0) {
            throw new IllegalArgumentException("the kernel has no routing table 0");
        }
    }

    /** The same of table {@code table}. */
    public KernelRouting ofTable(int table) {
        return new KernelRouting(table, vrf, elsewhere);
    }

    /** The same of the table of VRF device {@code vrf}, once there is one. */
    public KernelRouting ofVrf(String vrf) {
        return new KernelRouting(table, Objects.requireNonNull(vrf, "vrf"), elsewhere);
    }

    /** The same with routes over devices that no port is on leading to {@code port}. */
    public KernelRouting elsewhereTo(String port) {
        return new KernelRouting(table, vrf, Objects.requireNonNull(port, "port"));
    }
}
