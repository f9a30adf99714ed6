package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.ReplayGate;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;

/**
 * ESP and AH for this gateway: finds the packet's SA, infers its number, and looks at the replay
 * window early. One thread, Ingress's.
 */
final class OwnEsp extends Padded {

    private static final int ESP_HEADER = 8;
    private static final int BEFORE_AH_SPI = 4;

    private final Tables tables;
    private final SaTable sas;
    private final ReplayGate replay;
    private final int lane;
    private final SlowPath slow;
    private final PacketInHand packet;

    OwnEsp(
            Tables tables,
            SaTable sas,
            ReplayGate replay,
            int lane,
            SlowPath slow,
            PacketInHand packet) {
        this.tables = tables;
        this.sas = sas;
        this.replay = replay;
        this.lane = lane;
        this.slow = slow;
        this.packet = packet;
    }

    /** Whether an SA of ours may be for the packet in hand. */
    boolean mayBe() {
        return packet.protocol() == IpProtocol.ESP
                || packet.protocol() == IpProtocol.AH
                || packet.protocol() == IpProtocol.UDP
                        && (tables.encapsulationPorts().contains(packet.destinationPort())
                                || (packet.flags & Mbuf.LATER_FRAGMENT) != 0)
                        && isLocal();
    }

    /**
     * Takes the packet in hand, if it is for an SA of ours.
     *
     * @return null if it is not; else {@link DropReason#NONE} or why it is dropped
     */
    DropReason take(long mbuf, int origin) {
        if ((packet.flags & Mbuf.FRAGMENT) != 0) {
            return isLocal() ? gather(mbuf, origin) : null;
        }
        boolean udp = packet.protocol() == IpProtocol.UDP;
        if (udp) {
            DropReason reason = takeOutOfUdp();
            if (reason != DropReason.NONE) {
                return reason;
            }
        }
        boolean ah = packet.protocol() == IpProtocol.AH;
        int at = packet.l4Offset + (ah ? BEFORE_AH_SPI : 0);
        if (packet.length < at + ESP_HEADER) {
            return !isLocal() ? null : ah ? DropReason.AH_RUNT : DropReason.ESP_RUNT;
        }
        long esp = Mem.getLongBE(packet.packet + at); // SPI and sequence number
        InboundState sa =
                sas.inbound((int) (esp >>> 32), packet.destinationHigh, packet.destinationLow);
        if (sa == null) {
            return isLocal() ? DropReason.NO_SA : null;
        }
        if (sa.ah() != ah) { // SPIs are unique for both protocols together
            sas.release(sa.slot(), sa.generation());
            return DropReason.NO_SA;
        }
        if (sa.lane() != lane) {
            return packet.handOver(mbuf, sa.lane(), origin);
        }
        if (sa.encapsulated() != udp) {
            sas.release(sa.slot(), sa.generation());
            return DropReason.ENCAPSULATION_MISMATCH;
        }
        if (udp) {
            Mbuf.length(mbuf, packet.length);
        }
        long sequence = replay.infer(sa, (int) esp);
        DropReason early = replay.early(sa, sequence);
        if (early != DropReason.NONE) {
            sas.release(sa.slot(), sa.generation());
            return early;
        }
        Mbuf.sequence(mbuf, sequence);
        packet.note(mbuf, packet.mbufFlags | Mbuf.DECRYPT, sa.slot(), sa.generation());
        return DropReason.NONE;
    }

    /** Makes the key and the layout speak of the ESP packet in a datagram. */
    private DropReason takeOutOfUdp() {
        DropReason reason = EspInUdp.takeOut(packet);
        int offset = Mbuf.offsetOf(packet.layout);
        packet.layout = Mbuf.layoutOf(offset, 0, packet.l4Offset, IpProtocol.ESP, packet.passes());
        return reason;
    }

    /** Has a fragment wait for the others, in the lane that has them. */
    private DropReason gather(long mbuf, int origin) {
        packet.note(mbuf, packet.mbufFlags);
        int owner = slow.laneOf(mbuf, packet);
        if (owner != lane) {
            return packet.handOver(mbuf, owner, origin);
        }
        DropReason reason = slow.gather(mbuf, packet, origin);
        packet.gone = reason == DropReason.NONE;
        packet.interrupts = slow.interrupts();
        return reason;
    }

    private boolean isLocal() {
        return tables.isLocal(packet.destinationHigh, packet.destinationLow);
    }
}
