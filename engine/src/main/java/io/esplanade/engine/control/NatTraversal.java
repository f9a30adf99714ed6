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
    private final Map<AssociationState, Sender> senders = new HashMap<>();
    private final Map<Integer, Tunnel> tunnels = new HashMap<>(); // by index

    private record Move(PeerAddress from, PeerAddress to) {}

    /** What is known of a tunnel while it has SAs in UDP. */
    private static final class Tunnel {
        final List<OutboundState> outbound = new ArrayList<>();
        int inbound; // those that follow their peer
        Move move; // null until the peer moves

        boolean isEmpty() {
            return outbound.isEmpty() && inbound == 0;
        }
    }

    /** How much an outbound SA had sent when it was last looked at. */
    private static final class Sender {
        long packets;
        long idleSince;

        Sender(long now) {
            idleSince = now;
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
        if (state instanceof OutboundState out) {
            Tunnel tunnel = tunnel(state);
            Move move = tunnel.move;
            if (move != null && out.outerHeader().peer().equals(move.from)) {
                out.outerHeader(out.outerHeader().to(move.to));
            }
            tunnel.outbound.add(out);
            senders.put(out, new Sender(now));
        } else if (state instanceof InboundState in) {
            tables.encapsulationPorts().add(udp(in).localPort());
            if (in.follows()) {
                Tunnel tunnel = tunnel(state);
                Move move = tunnel.move;
                if (move != null && in.peer().equals(move.from)) {
                    in.peer(move.to);
                }
                tunnel.inbound++;
            }
        }
    }

    private Tunnel tunnel(AssociationState state) {
        return tunnels.computeIfAbsent(state.tunnel(), _ -> new Tunnel());
    }

    @Override
    public void remove(AssociationState state) {
        if (!state.encapsulated()) {
            return;
        }
        if (state instanceof OutboundState out) {
            senders.remove(out);
            tunnel(state).outbound.remove(out);
        } else if (state instanceof InboundState in) {
            tables.encapsulationPorts().remove(udp(in).localPort());
            if (in.follows()) {
                tunnel(state).inbound--;
            }
        }
        if (tunnel(state).isEmpty()) {
            tunnels.remove(state.tunnel()); // who comes back begins where it is configured to be
        }
    }

    private static UdpEncapsulation udp(AssociationState state) {
        return state.association().encapsulation();
    }

    /** Looks after one SA that is in the SAD; from time to time. */
    void look(AssociationState state, long now) {
        if (!state.encapsulated()) {
            return;
        }
        if (state instanceof OutboundState out) {
            keepAlive(out, senders.get(out), now);
        } else if (state instanceof InboundState in && in.follows()) {
            PeerAddress to = in.moved();
            if (to != null) {
                follow(in, to);
            }
        }
    }

    private void follow(InboundState in, PeerAddress to) {
        PeerAddress from = in.peer();
        in.peer(to);
        Tunnel tunnel = tunnel(in);
        tunnel.move = new Move(tunnel.move == null ? from : tunnel.move.from, to);
        for (OutboundState out : tunnel.outbound) {
            if (!out.transport()) {
                tables.sad().move(out, to);
            }
        }
        tables.changed(); // routes that SAs remember are those to where the peer was
        events.peerMoved(in.association().tunnel(), from.socketAddress(), to.socketAddress());
    }

    private void keepAlive(OutboundState out, Sender sender, long now) {
        long packets = out.packets();
        UdpEncapsulation udp = udp(out);
        long interval = TimeUnit.SECONDS.toNanos(udp.keepalive());
        if (packets != sender.packets) {
            sender.packets = packets;
            sender.idleSince = now;
        } else if (interval > 0 && now - sender.idleSince >= interval) {
            byte[] packet =
                    Datagram.udp(
                            out.association().source(),
                            udp.localPort(),
                            out.outerHeader().peer(),
                            (byte) 0xff);
            if (dataPlane.give(out.lane(), new LaneTask.Send(packet))) {
                sender.idleSince = now;
            } // else at the next look
        }
    }
}
