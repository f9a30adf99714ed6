package io.esplanade.engine.testing;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction of AH with HMAC-SHA1-96 over IPv4 without options, made with the JDK alone from RFC
 * 4302.
 *
 * @param key 20 bytes
 * @param esn 64-bit sequence numbers
 */
public record AhPackets(String source, String destination, int spi, byte[] key, boolean esn) {

    private static final int PROTOCOL = 51;
    private static final int IP = 20;
    private static final int FIXED = 12;
    private static final int ICV = 12;

    /** The AH packet around {@code payload}, whose number is {@code nextHeader}. */
    public byte[] seal(long sequence, int nextHeader, byte[] payload) {
        ByteBuffer ah = ByteBuffer.allocate(FIXED + ICV + payload.length);
        ah.put((byte) nextHeader).put((byte) ((FIXED + ICV) / 4 - 2)).putShort((short) 0);
        ah.putInt(spi).putInt((int) sequence).position(FIXED + ICV).put(payload);
        byte[] packet = IpPackets.packet(source, destination, PROTOCOL, ah.array());
        System.arraycopy(icv(packet, sequence), 0, packet, IP + FIXED, ICV);
        return packet;
    }

    /** Whether its SPI and ICV are right, the high half of its number being 0. */
    public boolean isRight(byte[] packet) {
        ByteBuffer ah = ByteBuffer.wrap(packet);
        return packet[9] == PROTOCOL
                && ah.getInt(IP + 4) == spi
                && Arrays.equals(
                        packet,
                        IP + FIXED,
                        IP + FIXED + ICV,
                        icv(packet, ah.getInt(IP + 8)),
                        0,
                        ICV);
    }

    /** Over all but what may change on the way (§3.3.3.1.1) and the ICV itself. */
    private byte[] icv(byte[] packet, long sequence) {
        byte[] covered = packet.clone();
        for (int mutable : new int[] {1, 6, 7, 8, 10, 11}) {
            covered[mutable] = 0;
        }
        Arrays.fill(covered, IP + FIXED, IP + FIXED + ICV, (byte) 0);
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(key, "HmacSHA1"));
            mac.update(covered);
            if (esn) {
                mac.update(ByteBuffer.allocate(4).putInt((int) (sequence >>> 32)).array());
            }
            return Arrays.copyOf(mac.doFinal(), ICV);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
