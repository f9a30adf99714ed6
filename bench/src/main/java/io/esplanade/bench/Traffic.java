package io.esplanade.bench;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The benchmarks' packets, SA, policies and routes: UDP flows from 10.1/16 to 10.2/16. */
final class Traffic {

    static final Suite SUITE = Suite.AES_GCM_16_128;

    private static final InetAddress A = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress B = InetAddress.ofLiteral("192.0.2.2");
    private static final TrafficSelector A_TO_B =
            TrafficSelector.between(
                    AddressRange.parse("10.1.0.0/16"), AddressRange.parse("10.2.0.0/16"));

    private Traffic() {}

    /** {@code flows} IPv4 packets of {@code size} bytes, each of a flow of its own. */
    static byte[][] packets(int flows, int size) {
        byte[][] packets = new byte[flows][];
        for (int i = 0; i < flows; i++) {
            ByteBuffer p = ByteBuffer.allocate(size);
            p.putShort(0, (short) 0x4500).putShort(2, (short) size);
            p.put(8, (byte) 64).put(9, (byte) 17);
            p.putInt(12, 0x0a010000 + i).putInt(16, 0x0a020000 + i);
            p.putShort(20, (short) (1024 + i)).putShort(22, (short) 53);
            p.putShort(24, (short) (size - 20));
            p.putShort(10, (short) checksum(p));
            packets[i] = p.array();
        }
        return packets;
    }

    private static int checksum(ByteBuffer header) {
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += header.getShort(i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return ~(sum + (sum >>> 16)) & 0xffff;
    }

    static byte[] newKey() {
        byte[] key = new byte[SUITE.keyMaterialLength()];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /** What gateway A is told: everything from A to B goes into the tunnel. */
    static List<Command> gatewayA(byte[] key) {
        return List.of(
                route("10.2.0.0/16", "wan"),
                route("192.0.2.0/24", "wan"),
                sa(sa().outbound().key(KeyMaterial.takeFrom(key.clone())).build()),
                new Command.AddPolicy(
                        SecurityPolicy.protect("a-to-b", Direction.OUTBOUND, 100, A_TO_B, "a-to-b"),
                        new CompletableFuture<>()));
    }

    /** What gateway B is told: what comes out of the tunnel goes to its LAN. */
    static List<Command> gatewayB(byte[] key) {
        return List.of(
                route("10.2.0.0/16", "lan"),
                sa(
                        sa().inbound()
                                .key(KeyMaterial.takeFrom(key.clone()))
                                .selectors(List.of(A_TO_B))
                                .build()));
    }

    private static SecurityAssociation.Builder sa() {
        return SecurityAssociation.builder("a-to-b").spi(0xc0000001).from(A).to(B).suite(SUITE);
    }

    private static Command sa(SecurityAssociation sa) {
        return new Command.AddSa(sa, new CompletableFuture<>());
    }

    private static Command route(String destination, String port) {
        return new Command.AddRoute(Route.of(destination, port), new CompletableFuture<>());
    }
}
