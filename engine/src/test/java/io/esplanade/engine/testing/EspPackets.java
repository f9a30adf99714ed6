package io.esplanade.engine.testing;

import io.esplanade.engine.crypto.KeyMaterial;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction of an ESP tunnel made with the JDK alone, from RFC 4303 and RFC 4106: seals what
 * the engine is to open, also what no right sender would seal, and opens what the engine sealed.
 *
 * @param source outer source address
 * @param destination outer destination address, of the same family
 * @param spi the SPI
 * @param key AES key and four bytes of salt
 * @param esn 64-bit sequence numbers
 */
public record EspPackets(String source, String destination, int spi, byte[] key, boolean esn) {

    private static final int ICV = 16;

    /** The key as the engine takes it. */
    public KeyMaterial keyMaterial() {
        return KeyMaterial.takeFrom(key.clone());
    }

    /** The ESP packet around a whole inner packet. */
    public byte[] seal(long sequence, byte[] inner) {
        return sealPayload(sequence, payload(inner, inner[0] >>> 4 == 6 ? 41 : 4));
    }

    /** Inner bytes, the padding that RFC 4303 asks for, and the trailer. */
    public static byte[] payload(byte[] inner, int nextHeader) {
        int padding = -(inner.length + 2) & 3;
        byte[] payload = Arrays.copyOf(inner, inner.length + padding + 2);
        for (int i = 0; i < padding; i++) {
            payload[inner.length + i] = (byte) (i + 1);
        }
        payload[payload.length - 2] = (byte) padding;
        payload[payload.length - 1] = (byte) nextHeader;
        return payload;
    }

    /** The ESP packet whose plaintext, trailer included, is {@code payload}, right or not. */
    public byte[] sealPayload(long sequence, byte[] payload) {
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, sequence, sequence, payload);
        ByteBuffer esp = ByteBuffer.allocate(16 + sealed.length);
        esp.putInt(spi).putInt((int) sequence).putLong(sequence).put(sealed);
        return IpPackets.packet(source, destination, IpPackets.ESP, esp.array());
    }

    /** The plaintext, trailer included, of an ESP packet with this sequence number. */
    public byte[] open(long sequence, byte[] packet) {
        ByteBuffer esp = ByteBuffer.wrap(packet);
        int at = espOffset();
        if (esp.getInt(at) != spi || esp.getInt(at + 4) != (int) sequence) {
            throw new AssertionError("another SPI or sequence number");
        }
        byte[] sealed = Arrays.copyOfRange(packet, at + 16, packet.length);
        return crypt(Cipher.DECRYPT_MODE, sequence, esp.getLong(at + 8), sealed);
    }

    /** Where the ESP header begins in a packet of this tunnel. */
    public int espOffset() {
        return InetAddress.ofLiteral(source) instanceof Inet4Address ? 20 : 40;
    }

    private byte[] crypt(int mode, long sequence, long iv, byte[] in) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            int keyLength = key.length - 4;
            byte[] nonce = Arrays.copyOfRange(key, keyLength, keyLength + 12);
            ByteBuffer.wrap(nonce).putLong(4, iv);
            cipher.init(
                    mode,
                    new SecretKeySpec(key, 0, keyLength, "AES"),
                    new GCMParameterSpec(ICV * 8, nonce));
            ByteBuffer aad = ByteBuffer.allocate(esn ? 12 : 8).putInt(spi);
            cipher.updateAAD((esn ? aad.putLong(sequence) : aad.putInt((int) sequence)).array());
            return cipher.doFinal(in);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
