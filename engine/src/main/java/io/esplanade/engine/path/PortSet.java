package io.esplanade.engine.path;

import java.util.HashMap;
import java.util.Map;

/** UDP ports: a few, looked through one by one. One writer, any readers, as {@link AddressSet}. */
public final class PortSet {

    private final Map<Integer, Integer> ports = new HashMap<>(); // with how often added
    private volatile int[] published = {};

    public boolean contains(int port) {
        for (int p : published) {
            if (p == port) {
                return true;
            }
        }
        return false;
    }

    /** Adds one; it stays until it was removed as often as it was added. */
    public void add(int port) {
        ports.merge(port, 1, Integer::sum);
        publish();
    }

    /** Takes back one {@link #add}. */
    public void remove(int port) {
        ports.computeIfPresent(port, (p, times) -> times == 1 ? null : times - 1);
        publish();
    }

    private void publish() {
        published = ports.keySet().stream().mapToInt(Integer::intValue).toArray();
    }
}
