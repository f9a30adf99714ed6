package io.esplanade.engine.control;

import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.PeerAddress;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.engine.path.LaneTask;
import io.esplanade.engine.path.Tables;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What SAs in UDP need from time to time (RFC 3948): keepalives when nothing else is sent, and to
 * be sent elsewhere when the peer's NAT gives it another address or port. The conductor's.
 */
final class NatTraversal implements SaWatch {

    private final Tables tables;
    private final DataPlane dataPlane;
    private final ControlEvents events;
    private final List<Sender> senders = new ArrayList<>();
    private final List<InboundState> receivers = new ArrayList<>();
    private final Map<Integer, Move> moves = new HashMap<>(); // by tunnel

    private record Move(PeerAddress from, PeerAddress to) {}

    /** An outbound SA, and how much it had sent when it was last looked at. */
    private static final class Sender {
        final OutboundState sa;
        long packets;
        long idleSince;

        Sender(OutboundState sa, long now) {
            this.sa = sa;
            this.idleSince = now;
        }
    }

    NatTraversal(Tables tables, DataPlane dataPlane, ControlEvents events) {
        this.tables = tables;
        this.dataPlane = dataPlane;
        this.events = events;
    }

    @Override
    public void add(AssociationState state, long now) {
        if (!state.encapsulated()) {
            return;
        }
        Move move = moves.get(state.tunnel());
        if (state instanceof OutboundState out) {
            if (move != null && out.outerHeader().peer().equals(move.from)) {
                out.outerHeader(out.outerHeader().to(move.to));
            }
            senders.add(new Sender(out, now));
        } else if (state instanceof InboundState in) {
            tables.encapsulationPorts().add(udp(in).localPort());
            if (in.follows()) {
                if (move != null && in.peer().equals(move.from)) {
                    in.peer(move.to);
                }
                receivers.add(in);
            }
        }
    }

    @Override
    public void remove(AssociationState state) {
        if (!state.encapsulated()) {
            return;
        }
        if (state instanceof InboundState in) {
            tables.encapsulationPorts().remove(udp(in).localPort());
        }
        receivers.remove(state);
        senders.removeIf(sender -> sender.sa == state);
        if (moves.containsKey(state.tunnel()) && !isInUse(state.tunnel())) {
            moves.remove(state.tunnel()); // who comes back begins where it is configured to be
        }
    }

    private boolean isInUse(int tunnel) {
        return senders.stream().anyMatch(sender -> sender.sa.tunnel() == tunnel)
                || receivers.stream().anyMatch(in -> in.tunnel() == tunnel);
    }

    private static UdpEncapsulation udp(AssociationState state) {
        return state.association().encapsulation();
    }

    @Override
    public void look(long now) {
        for (InboundState in : receivers) {
            PeerAddress to = in.moved();
            if (to != null) {
                follow(in, to);
            }
        }
        for (Sender sender : senders) {
            keepAlive(sender, now);
        }
    }

    private void follow(InboundState in, PeerAddress to) {
        PeerAddress from = in.peer();
        in.peer(to);
        Move before = moves.get(in.tunnel());
        moves.put(in.tunnel(), new Move(before == null ? from : before.from, to));
        for (Sender sender : senders) {
            OutboundState out = sender.sa;
            if (out.tunnel() == in.tunnel() && !out.transport()) {
                tables.sad().move(out, to);
            }
        }
        tables.changed(); // routes that SAs remember are those to where the peer was
        events.peerMoved(in.association().tunnel(), from.socketAddress(), to.socketAddress());
    }

    private void keepAlive(Sender sender, long now) {
        OutboundState out = sender.sa;
        long packets = out.packets();
        UdpEncapsulation udp = udp(out);
        long interval = TimeUnit.SECONDS.toNanos(udp.keepalive());
        if (packets != sender.packets) {
            sender.packets = packets;
            sender.idleSince = now;
        } else if (interval > 0 && now - sender.idleSince >= interval) {
            sender.idleSince = now;
            byte[] packet =
                    Datagram.udp(
                            out.association().source(),
                            udp.localPort(),
                            out.outerHeader().peer(),
                            (byte) 0xff);
            dataPlane.give(out.lane(), new LaneTask.Send(packet)); // if not now, next time
        }
    }
}
