package io.esplanade.bench.bed;

import io.esplanade.engine.EngineBuilder;
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
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What the gateways are told: gateway A sends the traffic of a {@link FlowSet} through SAs to
 * gateway B. Every SA has a key and a policy of its own.
 */
public final class Traffic {

    public static final Suite SUITE = Suite.AES_GCM_16_128;

    /** The SPI of SA 0; the others follow. */
    public static final int FIRST_SPI = 0xc0000001;

    public static final InetAddress A = InetAddress.ofLiteral("192.0.2.1");
    public static final InetAddress B = InetAddress.ofLiteral("192.0.2.2");
    private static final AddressRange SOURCES = AddressRange.parse("10.1.0.0/16");

    private Traffic() {}

    public static byte[] newKey() {
        byte[] key = new byte[SUITE.keyMaterialLength()];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /** Keys of {@code count} SAs. */
    public static byte[][] newKeys(int count) {
        byte[][] keys = new byte[count][];
        for (int i = 0; i < count; i++) {
            keys[i] = newKey();
        }
        return keys;
    }

    /** Makes {@code builder} gateway A, with {@code sas} SAs, keys and policies. */
    public static EngineBuilder gatewayA(EngineBuilder builder, int sas) {
        return gatewayA(builder, newKeys(sas));
    }

    /** Makes {@code builder} gateway A, with an SA and a policy for each key. */
    public static EngineBuilder gatewayA(EngineBuilder builder, byte[]... keys) {
        builder.route(Route.of("10.2.0.0/16", "wan")).route(Route.of("192.0.2.0/24", "wan"));
        for (int i = 0; i < keys.length; i++) {
            builder.sa(sa(i).outbound().key(KeyMaterial.takeFrom(keys[i].clone())).build());
            builder.policy(policy(i, keys.length));
        }
        return builder;
    }

    /** Gateway A, as commands, with an SA for each key. */
    public static List<Command> gatewayA(byte[]... keys) {
        List<Command> commands = new ArrayList<>();
        commands.add(route("10.2.0.0/16", "wan"));
        commands.add(route("192.0.2.0/24", "wan"));
        for (int i = 0; i < keys.length; i++) {
            KeyMaterial key = KeyMaterial.takeFrom(keys[i].clone());
            commands.add(add(sa(i).outbound().key(key).build()));
            commands.add(new Command.AddPolicy(policy(i, keys.length), new CompletableFuture<>()));
        }
        return commands;
    }

    /**
     * Gateway B, as commands, with an SA for each key: what comes out of the tunnels goes to its
     * LAN.
     */
    public static List<Command> gatewayB(byte[]... keys) {
        List<Command> commands = new ArrayList<>();
        commands.add(route("10.2.0.0/16", "lan"));
        for (int i = 0; i < keys.length; i++) {
            commands.add(add(receiver(i, keys)));
        }
        return commands;
    }

    /** Makes {@code builder} gateway B, with an SA for each key. */
    public static EngineBuilder gatewayB(EngineBuilder builder, byte[]... keys) {
        builder.route(Route.of("10.2.0.0/16", "lan"));
        for (int i = 0; i < keys.length; i++) {
            builder.sa(receiver(i, keys));
        }
        return builder;
    }

    private static SecurityAssociation receiver(int index, byte[]... keys) {
        return sa(index)
                .inbound()
                .key(KeyMaterial.takeFrom(keys[index].clone()))
                .selectors(List.of(selector(index, keys.length)))
                .build();
    }

    private static SecurityAssociation.Builder sa(int index) {
        return SecurityAssociation.builder("sa-" + index)
                .spi(FIRST_SPI + index)
                .from(A)
                .to(B)
                .suite(SUITE);
    }

    private static SecurityPolicy policy(int index, int sas) {
        return SecurityPolicy.protect(
                "to-" + index, Direction.OUTBOUND, 100, selector(index, sas), "sa-" + index);
    }

    /** All of 10.2/16 for the only SA, one address of it for each of several. */
    private static TrafficSelector selector(int index, int sas) {
        String destination =
                sas == 1 ? "10.2.0.0/16" : "10.2.%d.%d/32".formatted(index >> 8, index & 0xff);
        return TrafficSelector.between(SOURCES, AddressRange.parse(destination));
    }

    private static Command add(SecurityAssociation sa) {
        return new Command.AddSa(sa, new CompletableFuture<>());
    }

    private static Command route(String destination, String port) {
        return new Command.AddRoute(Route.of(destination, port), new CompletableFuture<>());
    }
}
