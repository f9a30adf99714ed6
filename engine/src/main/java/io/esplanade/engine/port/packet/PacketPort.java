package io.esplanade.engine.port.packet;

import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.OsException;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.DevicePort;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.NetDevice;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A port on packet sockets: for each queue one that receives, of which the kernel chooses one for
 * each flow, and one that sends.
 *
 * <p>What left the device is not received again, and what is sent passes no queueing discipline.
 * Super-packets are split, and checksums that a local sender left to its card are completed.
 */
final class PacketPort extends DevicePort {

    /** For sockets that share with none. */
    static final int NO_GROUP = -1;

    static final String NEEDS =
            "af-packet needs a packet socket, for which CAP_NET_RAW is to be granted";

    private final List<PacketReceiver> receivers = new ArrayList<>();
    private final List<PacketSender> senders = new ArrayList<>();

    PacketPort(PortSpec spec) {
        super(spec, queues(spec));
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.SPLIT);
    }

    @Override
    public String mode() {
        return "af-packet on %s: TPACKET_V3 in, TPACKET_V2%s out, %d %s"
                .formatted(
                        device(),
                        side() == Side.PROTECTED ? " and super-packets" : "",
                        rxQueues(),
                        rxQueues() == 1 ? "queue" : "queues by fan-out");
    }

    @Override
    protected void open(NetDevice now) {
        int group = group(now);
        try {
            for (int i = 0; i < rxQueues(); i++) {
                receivers.add(PacketReceiver.open(now.index(), group));
                senders.add(new PacketSender(this, now.index()));
            }
        } catch (OsException e) {
            shutSockets();
            throw e;
        }
    }

    @Override
    protected void reopen(NetDevice now) {
        int group = group(now);
        receivers.forEach(receiver -> receiver.renew(now.index(), group));
        senders.forEach(sender -> sender.renew(now.index()));
    }

    /** Groups have 16-bit numbers that are the network namespace's: one that is likely ours. */
    private int group(NetDevice now) {
        int mixed = (int) ProcessHandle.current().pid() * 31 + now.index();
        return rxQueues() == 1 ? NO_GROUP : mixed & 0xffff;
    }

    /** The longest packet that can be sent now; see {@link #limit}. */
    int limitNow() {
        return limit();
    }

    @Override
    protected void tend(List<String> notices) {
        receivers.forEach(PacketReceiver::tend);
    }

    @Override
    protected RxQueue openRxQueue(int index, MbufFiller filler) {
        return receivers.get(index).queue(filler);
    }

    @Override
    protected TxQueue openTxQueue(int index, MbufSource home) {
        return senders.get(index).queue(home);
    }

    @Override
    protected void shutSockets() {
        receivers.forEach(PacketReceiver::close);
        senders.forEach(PacketSender::close);
        receivers.clear();
        senders.clear();
    }
}
