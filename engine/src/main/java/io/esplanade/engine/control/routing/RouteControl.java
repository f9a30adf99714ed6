package io.esplanade.engine.control.routing;

import io.esplanade.engine.fib.Fib;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.os.netlink.KernelFact;

import java.util.HashMap;
import java.util.Map;

/**
 * The routes of a table by origin: those that the engine was told hide the kernel's to the same
 * destination.
 *
 * <p>The kernel's are seen in pictures: who begins one is told all routes once more, of each as if
 * it was new, and ends it; what was not told again is gone.
 */
public final class RouteControl {

    private final Fib fib;
    private final Map<Prefix, KernelRoute> kernel = new HashMap<>();
    private long picture;

    public RouteControl(Fib fib) {
        this.fib = fib;
    }

    /** Adds a route that the engine was told, or points the one that is there elsewhere. */
    public void add(Prefix destination, int nextHop) {
        KernelRoute route = kernel.get(destination);
        if (route != null) {
            route.hidden = true;
        }
        fib.put(destination, nextHop);
    }

    /** Removes a route that the engine was told; false if it was not. */
    public boolean remove(Prefix destination) {
        KernelRoute route = kernel.get(destination);
        if (route == null) {
            return fib.remove(destination);
        }
        if (!route.hidden) {
            return false;
        }
        route.hidden = false;
        enter(destination, route.nextHop);
        return true;
    }

    void beginPicture() {
        picture++;
    }

    /** Forgets what was not told since {@link #beginPicture}; true if packets go elsewhere now. */
    boolean endPicture() {
        boolean[] changed = new boolean[1];
        kernel.entrySet()
                .removeIf(
                        each -> {
                            boolean gone = each.getValue().picture != picture;
                            if (gone) {
                                each.getValue().clear();
                                changed[0] |= decide(each.getKey(), each.getValue());
                            }
                            return gone;
                        });
        return changed[0];
    }

    /**
     * Takes in what the kernel says of a route.
     *
     * @param hops where it leads: IPv6 tells of ways to the same destination together or one by
     *     one, for IPv4 only the first counts; {@link Fib#NONE} for what leads to none of our ports
     * @return whether packets go elsewhere now
     */
    boolean learn(KernelFact.Route said, int[] hops) {
        Prefix destination = new Prefix(said.destination(), said.prefixLength());
        KernelRoute route = kernel.get(destination);
        if (said.gone()) {
            if (route == null) {
                return false;
            }
            for (int hop : hops) {
                route.remove(said.metric(), hop);
            }
        } else {
            if (route == null) {
                route = new KernelRoute(fib.get(destination) != Fib.NONE, picture);
                kernel.put(destination, route);
            } else if (route.picture != picture) {
                route.clear();
                route.picture = picture;
            }
            add(route, said, hops, destination.isIpv4());
        }
        boolean changed = decide(destination, route);
        if (route.isEmpty()) {
            kernel.remove(destination);
        }
        return changed;
    }

    private static void add(KernelRoute route, KernelFact.Route said, int[] hops, boolean ipv4) {
        boolean replaces = said.change() == KernelFact.Change.REPLACE;
        if (ipv4) {
            if (replaces) {
                route.removeFirst(said.metric());
            }
            route.add(said.metric(), hops[0], said.change() == KernelFact.Change.APPEND);
            return;
        }
        if (replaces) {
            route.removeAll(said.metric());
        }
        for (int hop : hops) {
            if (!route.has(said.metric(), hop)) {
                route.add(said.metric(), hop, true);
            }
        }
    }

    private boolean decide(Prefix destination, KernelRoute route) {
        int best = route.best();
        if (best == route.nextHop) {
            return false;
        }
        route.nextHop = best;
        if (!route.hidden) {
            enter(destination, best);
        }
        return !route.hidden;
    }

    private void enter(Prefix destination, int nextHop) {
        if (nextHop == Fib.NONE) {
            fib.remove(destination);
        } else {
            fib.put(destination, nextHop);
        }
    }
}
