package io.esplanade.engine.ipsec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The indices under which tables know tunnels, given in the order in which names first appear and
 * never reused. One thread, the conductor's.
 */
public final class TunnelNames {

    private final Map<String, Integer> indices = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    /** The index of a tunnel; a name not seen before gets the next. */
    public int index(String name) {
        Integer known = indices.get(name);
        if (known != null) {
            return known;
        }
        names.add(name);
        indices.put(name, names.size() - 1);
        return names.size() - 1;
    }

    public String name(int index) {
        return names.get(index);
    }
}
