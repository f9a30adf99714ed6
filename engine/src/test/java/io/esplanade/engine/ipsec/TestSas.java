package io.esplanade.engine.ipsec;

import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;

import java.net.InetAddress;

/** SAs for tests: key 01 02 03 … with the salt f0 f1 f2 f3. */
final class TestSas {

    private TestSas() {}

    static SecurityAssociation.Builder sa(String name) {
        byte[] key = new byte[Suite.AES_GCM_16_128.keyMaterialLength()];
        for (int i = 0; i < 16; i++) {
            key[i] = (byte) (i + 1);
        }
        for (int i = 0; i < 4; i++) {
            key[16 + i] = (byte) (0xf0 + i);
        }
        return SecurityAssociation.builder(name)
                .spi(0xc0000001)
                .from(InetAddress.ofLiteral("192.0.2.1"))
                .to(InetAddress.ofLiteral("198.51.100.2"))
                .key(KeyMaterial.takeFrom(key));
    }

    static OutboundState outbound(String name, int tunnel) {
        return new OutboundState(sa(name).outbound().build(), tunnel, 0, 1L);
    }

    static InboundState inbound(String name, int spi) {
        return new InboundState(sa(name).inbound().spi(spi).build(), 0, 0, 1L);
    }
}
