package io.esplanade.engine.control;

import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.net.Ethernet;

import java.nio.ByteBuffer;

/**
 * A message of ARP for IPv4 over Ethernet (RFC 826).
 *
 * @param request whether it asks, or answers
 * @param senderMac who speaks
 * @param sender its IPv4 address, 0 if it has none yet (RFC 5227)
 * @param target the IPv4 address asked for, or of who had asked
 */
record Arp(boolean request, long senderMac, int sender, int target) {

    private static final int LENGTH = 28;
    private static final long HEADER = 0x0001_0800_0604_0000L; // Ethernet, IPv4, their lengths
    private static final int REQUEST = 1;
    private static final int REPLY = 2;

    /** Reads a frame of that EtherType, or answers null if it is no sound message. */
    static Arp parse(byte[] frame, int length) {
        if (length < Ethernet.HEADER_LENGTH + LENGTH) {
            return null;
        }
        ByteBuffer arp = ByteBuffer.wrap(frame, Ethernet.HEADER_LENGTH, LENGTH);
        long header = arp.getLong();
        int operation = (int) header & 0xffff;
        if ((header & ~0xffffL) != HEADER || operation != REQUEST && operation != REPLY) {
            return null;
        }
        long mac = Frames.mac(arp);
        int sender = arp.getInt();
        Frames.mac(arp); // what the sender knows of the target: nothing, or what we know better
        int target = arp.getInt();
        return mac == 0 || Ethernet.isGroup(mac)
                ? null
                : new Arp(operation == REQUEST, mac, sender, target);
    }

    /** The frame to {@code destination}, which is the target's or all's. */
    byte[] frame(long destination) {
        ByteBuffer frame = Frames.begin(destination, senderMac, Ethernet.ARP, LENGTH);
        frame.putLong(HEADER | (request ? REQUEST : REPLY));
        Frames.putMac(frame, senderMac).putInt(sender);
        Frames.putMac(frame, request ? 0 : destination).putInt(target);
        return frame.array();
    }

    /** The low half of the address that a 32-bit IPv4 address is to tables. */
    static long low(int ipv4) {
        return IpAddresses.IPV4_MAPPED | Integer.toUnsignedLong(ipv4);
    }
}
