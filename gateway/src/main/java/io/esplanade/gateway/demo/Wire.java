package io.esplanade.gateway.demo;

import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.pcap.PcapWriter;
import io.esplanade.gateway.demo.Traffic.Packet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The cable between A and B: loses nothing, looks at every packet, and keeps those of the first
 * pass for the capture. One thread.
 */
final class Wire {

    private final Way aToB;
    private final Way bToA;

    Wire(DemoGateway a, DemoGateway b, Traffic traffic) {
        aToB = new Way(a.wire(), b.wire(), traffic.fromA());
        bToA = new Way(b.wire(), a.wire(), traffic.fromB());
    }

    /** Carries what is there, both ways. */
    int carry() {
        return aToB.carry() + bToA.carry();
    }

    long packets() {
        return aToB.packets + bToA.packets;
    }

    /** How many packets were anything but ESP between the two gateways. */
    long others() {
        return aToB.others + bToA.others;
    }

    /** Writes the first pass, each ESP packet at the time of the packet that is inside it. */
    void record(Path file) throws IOException {
        List<Packet> packets = new ArrayList<>(aToB.kept);
        packets.addAll(bToA.kept);
        packets.sort(Comparator.comparingLong(Packet::time));
        try (PcapWriter writer = new PcapWriter(file, LinkType.RAW_IP)) {
            for (Packet packet : packets) {
                writer.write(packet.bytes(), packet.time());
            }
        }
    }

    /** One direction. */
    private static final class Way {
        private final MemoryHost from;
        private final MemoryHost to;
        private final List<Packet> inside;
        private final List<Packet> kept = new ArrayList<>();
        private long packets;
        private long others;
        private byte[] waiting;

        Way(MemoryHost from, MemoryHost to, List<Packet> inside) {
            this.from = from;
            this.to = to;
            this.inside = inside;
        }

        int carry() {
            int n = 0;
            while (waiting != null || (waiting = from.receive()) != null) {
                if (!to.send(waiting)) {
                    return n;
                }
                look(waiting);
                waiting = null;
                n++;
            }
            return n;
        }

        private void look(byte[] packet) {
            if (!Ip.isEsp(packet)) {
                others++;
            }
            if (kept.size() < inside.size()) {
                kept.add(new Packet(packet, inside.get(kept.size()).time()));
            }
            packets++;
        }
    }
}
