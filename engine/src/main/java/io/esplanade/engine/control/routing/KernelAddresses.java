package io.esplanade.engine.control.routing;

import io.esplanade.engine.path.Tables;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * The kernel's addresses on our ports' devices, which are the gateway's own too. Told in pictures,
 * as {@link RouteControl} is.
 */
final class KernelAddresses {

    private final Tables tables;
    private final Map<Key, Long> pictures = new HashMap<>();
    private long picture;

    private record Key(int port, InetAddress address) {}

    KernelAddresses(Tables tables) {
        this.tables = tables;
    }

    void beginPicture() {
        picture++;
    }

    /** Forgets what was not told since {@link #beginPicture}; true if that was something. */
    boolean endPicture() {
        return pictures.entrySet()
                .removeIf(
                        each -> {
                            boolean gone = each.getValue() != picture;
                            if (gone) {
                                remove(each.getKey());
                            }
                            return gone;
                        });
    }

    /** Takes in an address; true if that is a change. */
    boolean learn(boolean gone, int port, InetAddress address) {
        Key key = new Key(port, address);
        if (gone) {
            boolean known = pictures.remove(key) != null;
            if (known) {
                remove(key);
            }
            return known;
        }
        boolean fresh = pictures.put(key, picture) == null;
        if (fresh) {
            tables.localAddresses().add(address);
            tables.portAddresses().add(port, address);
        }
        return fresh;
    }

    private void remove(Key key) {
        tables.localAddresses().remove(key.address());
        tables.portAddresses().remove(key.port(), key.address());
    }
}
