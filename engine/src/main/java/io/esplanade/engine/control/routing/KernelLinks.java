package io.esplanade.engine.control.routing;

import io.esplanade.engine.fib.KernelRouting;
import io.esplanade.engine.os.netlink.KernelFact;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The kernel's network devices, and which of them is which of our ports. */
final class KernelLinks {

    /** Instead of a port. */
    static final int NONE = -1;

    private final KernelRouting config;
    private final List<Port> ports;
    private final int elsewhere;
    private final Map<Integer, KernelFact.Link> links = new HashMap<>();
    private final Set<Integer> untold = new HashSet<>(); // in this picture

    KernelLinks(KernelRouting config, List<Port> ports) {
        this.config = config;
        this.ports = ports;
        elsewhere = ports.stream().map(Port::name).toList().indexOf(config.elsewhere());
    }

    void beginPicture() {
        untold.addAll(links.keySet());
    }

    /** The devices that were not told of since {@link #beginPicture}, as gone. */
    List<KernelFact.Link> endPicture() {
        List<KernelFact.Link> gone =
                untold.stream()
                        .map(links::get)
                        .map(l -> new KernelFact.Link(true, l.index(), l.name(), false, 0, 0))
                        .toList();
        untold.clear();
        return gone;
    }

    /** Takes in what the kernel says of a device; what it said before is the answer, or null. */
    KernelFact.Link learn(KernelFact.Link said) {
        untold.remove(said.index());
        return said.gone() ? links.remove(said.index()) : links.put(said.index(), said);
    }

    /** The port with this device's name, or {@link #NONE}. */
    int portAt(KernelFact.Link link) {
        for (int i = 0; i < ports.size(); i++) {
            if (link.name().equals(ports.get(i).device())) {
                return i;
            }
        }
        return NONE;
    }

    /** The port on an Ethernet device: whoever is reached over the one is over the other. */
    int portOn(int link) {
        KernelFact.Link known = links.get(link);
        return known == null ? NONE : portOn(known);
    }

    int portOn(KernelFact.Link link) {
        int port = portAt(link);
        return port != NONE && ports.get(port).linkType() == LinkType.ETHERNET ? port : NONE;
    }

    /** The port that a route over the device means, or {@link #NONE}. */
    int portOver(int link) {
        KernelFact.Link known = links.get(link);
        if (known == null || portAt(known) == NONE) {
            return elsewhere;
        }
        // A packet that the kernel sends to a TUN device comes to us: back it would go in circles.
        return portOn(known);
    }

    /** Whether routes over the device can be of interest. */
    boolean concern(KernelFact.Link link) {
        return elsewhere != NONE || portAt(link) != NONE || isVrf(link);
    }

    boolean concern(int link) {
        KernelFact.Link known = links.get(link);
        return known == null || concern(known);
    }

    boolean isVrf(KernelFact.Link link) {
        return link.name().equals(config.vrf());
    }

    /** The number of the routing table that is followed, or 0 if there is none by now. */
    int table() {
        return config.vrf() == null
                ? config.table()
                : links.values().stream()
                        .filter(this::isVrf)
                        .mapToInt(KernelFact.Link::vrfTable)
                        .findFirst()
                        .orElse(0);
    }
}
