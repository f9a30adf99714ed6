package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Transport;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;

import java.time.Instant;
import java.util.List;

/** What of a dropped packet an audit log is to say; filled by a lane, read by the conductor. */
final class AuditRecord {

    private static final int AH_SPI = 4; // bytes into the header

    private DropReason reason;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int flowLabel;
    private int protocol;
    private int ports;
    private int spi;
    private long sequence;
    private AssociationState sa;

    /** A packet that was whole when Ingress or Egress looked at it last. Allocates nothing. */
    void fill(long mbuf, DropReason newReason, Tables tables) {
        reason = newReason;
        long ip = Mbuf.data(mbuf);
        int transport = addresses(ip);
        int offset = Transport.offset(transport);
        protocol = Transport.protocol(transport);
        ports =
                Transport.portsKnown(transport, Mbuf.length(mbuf))
                        ? Transport.ports(protocol, ip + offset)
                        : 0;
        int slot = Mbuf.sa(mbuf);
        sa = slot == SaTable.NONE ? null : tables.sad().state(slot, Mbuf.saGeneration(mbuf));
        if (sa != null) {
            spi = sa.spi();
            sequence = sa instanceof InboundState ? Mbuf.sequence(mbuf) : 0;
            return;
        }
        spi = 0;
        sequence = 0;
        if (!Transport.isLaterFragment(transport)) {
            readIpsecHeader(ip, offset, Mbuf.length(mbuf), tables);
        }
    }

    /** Reads the IP header; says where the transport header is. */
    private int addresses(long ip) {
        if (Ipv4.version(ip) == 6) {
            sourceHigh = Ipv6.sourceHigh(ip);
            sourceLow = Ipv6.sourceLow(ip);
            destinationHigh = Ipv6.destinationHigh(ip);
            destinationLow = Ipv6.destinationLow(ip);
            flowLabel = Ipv6.flowLabel(ip);
            return Ipv6.transport(ip);
        }
        sourceHigh = 0;
        sourceLow = Ipv4.sourceLow(ip);
        destinationHigh = 0;
        destinationLow = Ipv4.destinationLow(ip);
        flowLabel = 0;
        return Ipv4.transport(ip);
    }

    private void readIpsecHeader(long ip, int offset, int length, Tables tables) {
        int at =
                switch (protocol) {
                    case IpProtocol.ESP -> offset;
                    case IpProtocol.AH -> offset + AH_SPI;
                    case IpProtocol.UDP ->
                            tables.encapsulationPorts().contains(ports & 0xffff)
                                    ? offset + Udp.HEADER_LENGTH
                                    : length;
                    default -> length;
                };
        if (at + Long.BYTES <= length) {
            spi = Mem.getIntBE(ip + at);
            sequence = Integer.toUnsignedLong(Mem.getIntBE(ip + at + Integer.BYTES));
            sa = tables.sad().inbound(spi, destinationHigh, destinationLow);
        }
    }

    /** What it says, for people; it may be filled again afterwards. */
    AuditEvent event(long epochNanos) {
        AssociationState of = sa;
        sa = null; // keeps nothing that was removed
        return new AuditEvent(
                reason,
                Instant.ofEpochSecond(0, epochNanos),
                IpAddresses.of(sourceHigh, sourceLow),
                IpAddresses.of(destinationHigh, destinationLow),
                flowLabel,
                protocol,
                ports >>> 16,
                ports & 0xffff,
                spi,
                sequence,
                of == null ? null : of.name(),
                of != null && reason == DropReason.POLICY_MISMATCH
                        ? of.association().selectors()
                        : List.of());
    }
}
