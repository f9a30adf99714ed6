package io.esplanade.engine.control;

import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.Tfc;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.path.LaneTask;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.path.TunnelMtu;

import java.net.Inet4Address;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends dummy packets at a rate on SAs that want them (RFC 4303 §2.6): as long as padding makes all
 * packets, or else of any length.
 */
final class Dummies implements SaWatch {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** The most that are sent at once by one SA, after the conductor was held up. */
    private static final int BURST = 32;

    /** Fewer bytes of data than this, and no more than fit the path. */
    private static final int LONGEST = 1200;

    private final Tables tables;
    private final DataPlane dataPlane;
    private final SecureRandom random = new SecureRandom();
    private final List<Sender> senders = new ArrayList<>();

    private static final class Sender {
        final OutboundState sa;
        final long interval;
        long due;

        Sender(OutboundState sa, long interval, long now) {
            this.sa = sa;
            this.interval = interval;
            due = now + interval;
        }
    }

    Dummies(Tables tables, DataPlane dataPlane) {
        this.tables = tables;
        this.dataPlane = dataPlane;
    }

    @Override
    public void add(AssociationState state, long now) {
        int rate = state.association().tfc().dummies();
        if (rate > 0 && state instanceof OutboundState out) {
            // A rekey's successor takes over: dummies go by a tunnel's newest SA.
            senders.removeIf(sender -> sender.sa.tunnel() == out.tunnel());
            senders.add(new Sender(out, SECOND / rate, now));
        }
    }

    @Override
    public void remove(AssociationState state) {
        senders.removeIf(sender -> sender.sa == state);
    }

    /** Sends those that are due. */
    void look(long now) {
        for (Sender sender : senders) {
            for (int i = 0; i < BURST && now - sender.due >= 0; i++) {
                sender.due += sender.interval;
                LaneTask task = new LaneTask.Dummy(packet(sender.sa), sender.sa.tunnel());
                dataPlane.give(sender.sa.lane(), task); // a lane that is busy has cover enough
            }
            if (now - sender.due >= 0) {
                sender.due = now + sender.interval;
            }
        }
    }

    private byte[] packet(OutboundState out) {
        SecurityAssociation sa = out.association();
        Tfc tfc = sa.tfc();
        int fits = out.innerMtu(TunnelMtu.outer(tables, out)) - header(sa);
        byte[] data =
                new byte[tfc.padTo() != 0 ? 0 : random.nextInt(Math.clamp(fits + 1, 1, LONGEST))];
        return Datagram.packet(sa.source(), sa.destination(), IpProtocol.NO_NEXT_HEADER, data);
    }

    private static int header(SecurityAssociation sa) {
        return sa.source() instanceof Inet4Address ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
    }
}
