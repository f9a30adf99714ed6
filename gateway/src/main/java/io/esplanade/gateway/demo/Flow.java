package io.esplanade.gateway.demo;

import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.gateway.demo.Traffic.Packet;

import java.util.List;

/**
 * One direction of the traffic: hosts that send its packets over and over, and hosts at the other
 * end that compare what arrives with what was sent. One thread.
 */
final class Flow {

    private static final int ROUTERS = 2;
    private static final int BURST = 64;

    private final String name;
    private final List<Packet> packets;
    private final MemoryHost from;
    private final MemoryHost to;
    private long sent;
    private long received;
    private long different;
    private String firstDifference;

    Flow(String name, List<Packet> packets, MemoryHost from, MemoryHost to) {
        this.name = name;
        this.packets = packets;
        this.from = from;
        this.to = to;
    }

    /** Sends what the cable takes, a burst at most, until {@code passes} passes are sent. */
    int send(long passes) {
        int n = 0;
        while (n < BURST && sent < passes * packets.size() && from.send(next(sent).bytes())) {
            sent++;
            n++;
        }
        return n;
    }

    /** Receives and compares what has arrived. */
    int receive() {
        int n = 0;
        for (byte[] packet = to.receive(); packet != null; packet = to.receive()) {
            if (received >= sent || !Ip.isForwarded(next(received).bytes(), packet, ROUTERS)) {
                different++;
                if (firstDifference == null) {
                    firstDifference = "%s: packet %d differs".formatted(name, received + 1);
                }
            }
            received++;
            n++;
        }
        return n;
    }

    private Packet next(long number) {
        return packets.get((int) (number % packets.size()));
    }

    boolean hasSent(long passes) {
        return sent >= passes * packets.size();
    }

    boolean hasArrived() {
        return received == sent;
    }

    long sent() {
        return sent;
    }

    long received() {
        return received;
    }

    /** What is wrong with what arrived, or null if nothing is. */
    String fault() {
        if (different > 0) {
            return "%s, %,d in all".formatted(firstDifference, different);
        }
        return hasArrived() ? null : "%s: %,d sent, %,d arrived".formatted(name, sent, received);
    }
}
