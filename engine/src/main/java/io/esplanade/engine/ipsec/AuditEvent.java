package io.esplanade.engine.ipsec;

import io.esplanade.engine.counters.DropReason;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;

/**
 * A packet was dropped for a reason that is an auditable event (RFC 4301 §9, RFC 4302 and RFC 4303
 * §4), with what an audit log is to say of it.
 *
 * @param reason why
 * @param time when, to a tenth of a second
 * @param source of the packet that was dropped: of the outer one where it had not come out of its
 *     SA
 * @param destination the same packet's
 * @param flowLabel of an IPv6 packet (its cleartext flow ID); 0 of IPv4
 * @param protocol behind the packet's IP and extension headers
 * @param sourcePort 0 where the packet does not show one; of ICMP type and code
 * @param destinationPort 0 where the packet does not show one
 * @param spi of its SA, or in it where there is no SA for it; 0 if it is none's
 * @param sequence inbound: its sequence number, as inferred where its SA has ESN and was found,
 *     else as sent; 0 of others
 * @param sa the name of its SA, or null
 * @param selectors of its SA, if that is why
 */
public record AuditEvent(
        DropReason reason,
        Instant time,
        InetAddress source,
        InetAddress destination,
        int flowLabel,
        int protocol,
        int sourcePort,
        int destinationPort,
        int spi,
        long sequence,
        String sa,
        List<TrafficSelector> selectors) {

    public AuditEvent {
        selectors = List.copyOf(selectors);
    }

    /** One line of a log, without the time. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(reason.label());
        line.append(": ").append(end(source, sourcePort));
        line.append(" > ").append(end(destination, destinationPort));
        line.append(" protocol ").append(protocol);
        if (flowLabel != 0) {
            line.append(" flow 0x%05x".formatted(flowLabel));
        }
        if (spi != 0) {
            line.append(" SPI 0x%08x".formatted(spi));
        }
        if (sa != null) {
            line.append(" SA ").append(sa);
        }
        if (sequence != 0) {
            line.append(" sequence ").append(Long.toUnsignedString(sequence));
        }
        if (!selectors.isEmpty()) {
            line.append(" not in ").append(selectors);
        }
        return line.append(": ").append(reason.text()).toString();
    }

    private static String end(InetAddress address, int port) {
        String text = address.getHostAddress();
        return port == 0 ? text : text + "[" + port + "]";
    }
}
