package io.esplanade.engine.port.memory;

import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Which queue a packet goes to, decided as a NIC's receive-side scaling does: by a hash of
 * addresses and protocol, and of the ports or ESP's SPI where they are right behind the IP header
 * and the packet is no fragment. What is not IP goes to the first queue. The two directions of a
 * connection have hashes of their own.
 */
final class ReceiveScaling {

    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);

    private static final int FRAGMENT_BITS = 0x3fff; // more fragments, and the offset
    private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L; // 2^64 / golden ratio

    private ReceiveScaling() {}

    private static VarHandle view(Class<?> type) {
        return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.BIG_ENDIAN);
    }

    /**
     * The queue for {@code packet}.
     *
     * @param ip where in it the IP header begins
     * @return 0 to {@code queues - 1}
     */
    static int queue(byte[] packet, int ip, int queues) {
        long hash = queues == 1 ? 0 : hash(packet, ip);
        return (int) ((hash >>> 32) * queues >>> 32);
    }

    private static long hash(byte[] packet, int ip) {
        int length = packet.length - ip;
        int version = length > 0 ? packet[ip] >> 4 : 0;
        if (version == 4 && length >= Ipv4.HEADER_LENGTH) {
            return hash4(packet, ip);
        }
        if (version == 6 && length >= Ipv6.HEADER_LENGTH) {
            return hash6(packet, ip);
        }
        return 0;
    }

    private static long hash4(byte[] packet, int ip) {
        int protocol = packet[ip + 9] & 0xff;
        long hash = mix(protocol, (long) LONG.get(packet, ip + 12)); // both addresses
        boolean fragment = ((short) SHORT.get(packet, ip + 6) & FRAGMENT_BITS) != 0;
        int transport = ip + ((packet[ip] & 15) << 2);
        return fragment ? hash : withTransport(hash, packet, protocol, transport);
    }

    private static long hash6(byte[] packet, int ip) {
        int protocol = packet[ip + 6] & 0xff;
        long hash = protocol;
        for (int at = ip + 8; at < ip + Ipv6.HEADER_LENGTH; at += Long.BYTES) { // both addresses
            hash = mix(hash, (long) LONG.get(packet, at));
        }
        return withTransport(hash, packet, protocol, ip + Ipv6.HEADER_LENGTH);
    }

    /** Both ports are in the first four bytes of a header that has them; so is ESP's SPI. */
    private static long withTransport(long hash, byte[] packet, int protocol, int transport) {
        boolean tells = IpProtocol.hasPorts(protocol) || protocol == IpProtocol.ESP;
        return tells && transport + Integer.BYTES <= packet.length
                ? mix(hash, (int) INT.get(packet, transport))
                : hash;
    }

    private static long mix(long hash, long value) {
        long product = (hash ^ value) * MULTIPLIER;
        return product ^ product >>> 32;
    }
}
