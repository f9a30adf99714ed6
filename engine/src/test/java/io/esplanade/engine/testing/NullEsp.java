package io.esplanade.engine.testing;

import io.esplanade.engine.crypto.KeyMaterial;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One direction of an IPv4 ESP tunnel under {@link NullCipher}, from RFC 4303 and RFC 4106: seals
 * what an engine is to open and opens what one sealed.
 *
 * @param source outer source address
 * @param destination outer destination address
 * @param spi the SPI
 * @param key AES key and four bytes of salt
 * @param esn 64-bit sequence numbers
 */
public record NullEsp(String source, String destination, int spi, byte[] key, boolean esn) {

    private static final int ESP = 20;
    private static final int PAYLOAD = ESP + 16;
    private static final int ICV = 16;

    /** The key as the engine takes it. */
    public KeyMaterial keyMaterial() {
        return KeyMaterial.takeFrom(key.clone());
    }

    /** The ESP packet around a whole IPv4 packet. */
    public byte[] seal(long sequence, byte[] inner) {
        byte[] text = EspPackets.payload(inner, 4);
        ByteBuffer esp = ByteBuffer.allocate(16 + text.length + ICV);
        esp.putInt(spi).putInt((int) sequence).putLong(sequence).put(text);
        esp.put(icv(sequence, sequence, text));
        return IpPackets.packet(source, destination, IpPackets.ESP, esp.array());
    }

    /**
     * The IPv4 packet in an ESP packet with this sequence number.
     *
     * @throws AssertionError if it has another SPI or number, or its ICV or padding is wrong
     */
    public byte[] open(long sequence, byte[] packet) {
        ByteBuffer esp = ByteBuffer.wrap(packet);
        byte[] text = Arrays.copyOfRange(packet, PAYLOAD, packet.length - ICV);
        byte[] icv = Arrays.copyOfRange(packet, packet.length - ICV, packet.length);
        if (spi(packet) != spi
                || low(packet) != (int) sequence
                || !Arrays.equals(icv, icv(sequence, esp.getLong(ESP + 8), text))) {
            throw new AssertionError("another SPI or sequence number, or a wrong ICV");
        }
        byte[] inner = Arrays.copyOf(text, text.length - 2 - (text[text.length - 2] & 0xff));
        if (!Arrays.equals(text, EspPackets.payload(inner, 4))) {
            throw new AssertionError("wrong padding or next header");
        }
        return inner;
    }

    /** The SPI of an ESP packet. */
    public static int spi(byte[] packet) {
        return ByteBuffer.wrap(packet).getInt(ESP);
    }

    /** The low half of an ESP packet's sequence number. */
    public static int low(byte[] packet) {
        return ByteBuffer.wrap(packet).getInt(ESP + 4);
    }

    private byte[] icv(long sequence, long iv, byte[] text) {
        ByteBuffer aad = ByteBuffer.allocate(esn ? 12 : 8).putInt(spi);
        byte[] authenticated = (esn ? aad.putLong(sequence) : aad.putInt((int) sequence)).array();
        byte[] nonce = ByteBuffer.allocate(12).put(key, key.length - 4, 4).putLong(iv).array();
        return NullCipher.icv(NullCipher.seed(key), authenticated, nonce, text);
    }
}
