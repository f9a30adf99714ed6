package io.esplanade.engine.port.udp;

import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.port.AbstractPort;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.TxQueue;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A port that is UDP sockets, one for each of its addresses in each queue; {@link UdpPortFactory}
 * makes it and says what its options mean.
 *
 * <p>It carries nothing but datagrams from and to its own addresses and port. What else is sent
 * there, such as ESP without UDP, fragments and bypassed packets, is lost, and counted.
 */
final class UdpPort extends AbstractPort {

    private final UdpSettings settings;
    private final List<EspSocket[]> queues = new ArrayList<>();
    private IkeSocket ike;

    UdpPort(PortSpec spec, UdpSettings settings) {
        super(spec.name(), spec.side(), LinkType.RAW_IP, spec.mtu(), settings.queues());
        this.settings = settings;
    }

    @Override
    public String mode() {
        if (queues.isEmpty()) {
            return "";
        }
        boolean gathers = queues.stream().allMatch(q -> q[0].gathers());
        boolean spreads = queues.stream().allMatch(q -> q[0].spreads());
        return "UDP port %d, %s, %s"
                .formatted(
                        settings.localPort(),
                        settings.queues() == 1 ? "1 queue" : settings.queues() + " queues",
                        gathers && spreads
                                ? "datagrams in runs both ways (GRO, GSO)"
                                : gathers
                                        ? "datagrams come in runs (GRO)"
                                        : spreads
                                                ? "datagrams go in runs (GSO)"
                                                : "datagrams one by one");
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.noneOf(Capability.class);
    }

    @Override
    protected void open() throws IOException {
        try {
            for (int queue = 0; queue < settings.queues(); queue++) {
                EspSocket[] sockets = new EspSocket[settings.local().size()];
                for (int i = 0; i < sockets.length; i++) {
                    sockets[i] = keep(open(settings.local().get(i)));
                }
                queues.add(sockets);
            }
            if (settings.ikeSocket() != null) {
                ike = keep(IkeSocket.open(settings.ikeSocket()));
            }
        } catch (IOException e) {
            throw new IOException("port " + name() + ": " + e.getMessage(), e);
        }
    }

    private EspSocket open(InetAddress address) throws IOException {
        return EspSocket.open(address, settings.localPort(), settings.queues() > 1);
    }

    @Override
    protected RxQueue openRxQueue(int index, MbufFiller filler) {
        return keep(new UdpReceiver(queues.get(index), filler, ike, ike != null && index == 0));
    }

    @Override
    protected TxQueue openTxQueue(int index, MbufSource home) {
        return keep(new UdpSender(queues.get(index), home));
    }
}
