package io.esplanade.gateway.demo;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Takes ESP packets (RFC 4303, AES-GCM of RFC 4106 with ESN) apart with the JDK's cryptography: the
 * independent witness, which shares no code with the engine.
 */
final class EspDecoder {

    private static final int SALT = 4;
    private static final int IV = 8;
    private static final int ICV = 16;

    private final List<Tunnel> tunnels;

    EspDecoder(List<Tunnel> tunnels) {
        this.tunnels = tunnels;
    }

    /**
     * The packet inside an ESP packet whose sequence number is below 2³².
     *
     * @throws GeneralSecurityException if it is not authentic, or not what ESP must be
     */
    byte[] decode(byte[] packet) throws GeneralSecurityException {
        if (!Ip.isEsp(packet)) {
            throw new GeneralSecurityException("not an ESP packet");
        }
        ByteBuffer esp = ByteBuffer.wrap(packet).position(Ip.headerLength(packet));
        int spi = esp.getInt();
        int sequence = esp.getInt();
        byte[] key = sa(spi, Ip.source(packet), Ip.destination(packet)).key();
        byte[] nonce = Arrays.copyOfRange(key, key.length - SALT, key.length + IV);
        esp.get(nonce, SALT, IV);
        byte[] sealed = new byte[esp.remaining()];
        esp.get(sealed);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(key, 0, key.length - SALT, "AES"),
                new GCMParameterSpec(ICV * 8, nonce));
        // RFC 4106 §5: SPI, then the 64-bit sequence number, of which the packet has the low half.
        cipher.updateAAD(ByteBuffer.allocate(12).putInt(spi).putInt(0).putInt(sequence).flip());
        return withoutTrailer(cipher.doFinal(sealed));
    }

    private Tunnel.Sa sa(int spi, InetAddress source, InetAddress destination)
            throws GeneralSecurityException {
        for (Tunnel tunnel : tunnels) {
            if (tunnel.aToB().spi() == spi
                    && tunnel.a().equals(source)
                    && tunnel.b().equals(destination)) {
                return tunnel.aToB();
            }
            if (tunnel.bToA().spi() == spi
                    && tunnel.b().equals(source)
                    && tunnel.a().equals(destination)) {
                return tunnel.bToA();
            }
        }
        throw new GeneralSecurityException("no SA for SPI 0x%08x".formatted(spi));
    }

    /** RFC 4303 §2.4 to §2.6: padding 1, 2, 3, …, its length, and the next header. */
    private static byte[] withoutTrailer(byte[] payload) throws GeneralSecurityException {
        int padding = payload[payload.length - 2] & 0xff;
        int length = payload.length - 2 - padding;
        for (int i = 0; i < padding; i++) {
            if (length < 0 || payload[length + i] != i + 1) {
                throw new GeneralSecurityException("padding is not 1, 2, 3, …");
            }
        }
        byte[] inner = Arrays.copyOf(payload, length);
        int nextHeader = payload[payload.length - 1];
        if (length == 0 || nextHeader != (Ip.isIpv4(inner) ? 4 : 41)) {
            throw new GeneralSecurityException("the next header is not that of what is inside");
        }
        return inner;
    }
}
