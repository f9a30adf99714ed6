package io.esplanade.gateway.demo;

import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.List;

/**
 * A tunnel between A and B, with keys of its own that are made anew in each demo. That they are on
 * the heap is no loss: the demo writes them to a file for Wireshark.
 *
 * @param name its name
 * @param a A's address on the wire
 * @param b B's address on the wire
 * @param behindA the traffic on A's side
 * @param behindB the traffic on B's side
 * @param aToB the SA from A to B
 * @param bToA the SA from B to A
 */
record Tunnel(
        String name,
        InetAddress a,
        InetAddress b,
        AddressRange behindA,
        AddressRange behindB,
        Sa aToB,
        Sa bToA) {

    static final Suite SUITE = Suite.AES_GCM_16_128;

    /** SPI and key with salt of one direction. */
    record Sa(int spi, byte[] key) {

        static Sa random(int spi) {
            byte[] key = new byte[SUITE.keyMaterialLength()];
            new SecureRandom().nextBytes(key);
            return new Sa(spi, key);
        }

        KeyMaterial material() {
            return KeyMaterial.takeFrom(key.clone());
        }

        @Override
        public String toString() {
            return "0x%08x".formatted(spi);
        }
    }

    /** IPv4 inside IPv4, and IPv6 inside IPv6. */
    static List<Tunnel> all() {
        return List.of(
                new Tunnel(
                        "ipv4",
                        InetAddress.ofLiteral("192.0.2.1"),
                        InetAddress.ofLiteral("192.0.2.2"),
                        AddressRange.parse("10.1.0.0/24"),
                        AddressRange.parse("10.2.0.0/24"),
                        Sa.random(0xa4b40001),
                        Sa.random(0xb4a40002)),
                new Tunnel(
                        "ipv6",
                        InetAddress.ofLiteral("2001:db8::1"),
                        InetAddress.ofLiteral("2001:db8::2"),
                        AddressRange.parse("fd00:1::/64"),
                        AddressRange.parse("fd00:2::/64"),
                        Sa.random(0xa6b60003),
                        Sa.random(0xb6a60004)));
    }

    /** The same from the other end. */
    Tunnel reversed() {
        return new Tunnel(name, b, a, behindB, behindA, bToA, aToB);
    }

    /** What A's hosts send to B's. */
    TrafficSelector outbound() {
        return TrafficSelector.between(behindA, behindB);
    }
}
