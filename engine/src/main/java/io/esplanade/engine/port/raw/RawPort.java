package io.esplanade.engine.port.raw;

import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.net.IpProtocol;
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
 * A port that is raw sockets, of ESP and of AH for each of its addresses in each queue; {@link
 * RawPortFactory} makes it and says what its options mean.
 *
 * <p>It carries nothing but ESP and AH from and to its own addresses. What else is sent there, such
 * as ESP in UDP and bypassed packets, is lost, and counted.
 */
final class RawPort extends AbstractPort {

    private static final int[] PROTOCOLS = {IpProtocol.ESP, IpProtocol.AH};

    private final List<InetAddress> local;
    private final List<RawSocket[]> queues = new ArrayList<>();

    RawPort(PortSpec spec, List<InetAddress> local, int queues) {
        super(spec.name(), spec.side(), LinkType.RAW_IP, spec.mtu(), queues);
        this.local = local;
    }

    @Override
    public String mode() {
        if (queues.isEmpty()) {
            return "";
        }
        return "raw sockets of ESP and AH, "
                + (rxQueues() == 1 ? "1 queue" : rxQueues() + " queues, by SPI");
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.noneOf(Capability.class);
    }

    @Override
    protected void open() throws IOException {
        try {
            for (int queue = 0; queue < rxQueues(); queue++) {
                List<RawSocket> sockets = new ArrayList<>();
                for (InetAddress address : local) {
                    for (int protocol : PROTOCOLS) {
                        sockets.add(keep(RawSocket.open(address, protocol, queue, rxQueues())));
                    }
                }
                queues.add(sockets.toArray(RawSocket[]::new));
            }
        } catch (IOException e) {
            throw new IOException("port " + name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    protected RxQueue openRxQueue(int index, MbufFiller filler) {
        return keep(new RawReceiver(queues.get(index), filler));
    }

    @Override
    protected TxQueue openTxQueue(int index, MbufSource home) {
        return keep(new RawSender(queues.get(index), home));
    }
}
