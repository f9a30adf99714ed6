package io.esplanade.engine.control.routing;

import io.esplanade.engine.fib.NeighbourTable;
import io.esplanade.engine.ipsec.IpAddresses;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * The kernel's neighbours in a table, beside those that others put there, which are left alone.
 * Told in pictures, as {@link RouteControl} is.
 */
final class KernelNeighbours {

    private final NeighbourTable table;
    private final Map<Key, Long> pictures = new HashMap<>(); // of those that are ours
    private long picture;

    private record Key(int port, InetAddress address) {}

    KernelNeighbours(NeighbourTable table) {
        this.table = table;
    }

    void beginPicture() {
        picture++;
    }

    void endPicture() {
        pictures.entrySet()
                .removeIf(
                        each -> {
                            boolean gone = each.getValue() != picture;
                            if (gone) {
                                remove(each.getKey());
                            }
                            return gone;
                        });
    }

    /**
     * @param mac the neighbour's link-layer address, or 0 if it has none any more
     */
    void learn(int port, InetAddress address, long mac) {
        Key key = new Key(port, address);
        long high = IpAddresses.high(address);
        long low = IpAddresses.low(address);
        if (mac != 0) {
            boolean others =
                    !pictures.containsKey(key)
                            && table.lookup(port, high, low) != NeighbourTable.NONE;
            if (!others) {
                pictures.put(key, picture);
                table.put(port, high, low, mac);
            }
        } else if (pictures.remove(key) != null) {
            remove(key);
        }
    }

    private void remove(Key key) {
        table.remove(key.port(), IpAddresses.high(key.address()), IpAddresses.low(key.address()));
    }
}
