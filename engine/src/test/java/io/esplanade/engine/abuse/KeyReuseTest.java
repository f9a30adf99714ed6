package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.control.NonceStore;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** One key in two lives: where nothing remembers the numbers of the first, there is no second. */
class KeyReuseTest {

    private final CountingStore store = new CountingStore();

    private DrivenGateway gateway() {
        return DrivenGateway.builder()
                .port(new OddPort("wan", Side.UNPROTECTED))
                .nonceStore(store)
                .build();
    }

    private static void addAndRemove(DrivenGateway gateway, long keySeed, KeyOrigin origin) {
        gateway.apply(add("out", keySeed, origin));
        gateway.apply(new Command.RemoveSa("out", new CompletableFuture<>()));
    }

    private static Command add(String name, long keySeed, KeyOrigin origin) {
        return new Command.AddSa(
                SecurityAssociation.builder(name)
                        .outbound()
                        .spi(0x1000)
                        .from(InetAddress.ofLiteral(TunnelGateway.US))
                        .to(InetAddress.ofLiteral(TunnelGateway.PEER))
                        .origin(origin)
                        .key(KeyMaterial.takeFrom(TunnelGateway.key(keySeed)))
                        .build(),
                new CompletableFuture<>());
    }

    @Test
    void aKeyIsNegotiatedOnlyOnce() {
        try (DrivenGateway gateway = gateway()) {
            for (KeyOrigin before : KeyOrigin.values()) {
                long seed = 800 + before.ordinal();
                addAndRemove(gateway, seed, before);
                assertThatThrownBy(() -> addAndRemove(gateway, seed, KeyOrigin.NEGOTIATED))
                        .as("after " + before)
                        .hasMessageContaining("used to send before");
            }
        }
    }

    @Test
    void aStaticKeyMayComeAgainIfTheStoreSawAllOfIt() {
        try (DrivenGateway gateway = gateway()) {
            addAndRemove(gateway, 810, KeyOrigin.STATIC);
            addAndRemove(gateway, 810, KeyOrigin.STATIC);
            addAndRemove(gateway, 810, KeyOrigin.STATIC_UNSAFE);
            assertThatThrownBy(() -> addAndRemove(gateway, 810, KeyOrigin.STATIC))
                    .hasMessageContaining("used to send before");
        }
    }

    @Test
    void oneKeyWhoseNumbersAreTakenElsewhereKeepsNoOtherFromItsOwn() {
        try (DrivenGateway gateway = gateway()) {
            for (int i = 0; i < 3; i++) {
                gateway.apply(add("out" + i, 820 + i, KeyOrigin.STATIC));
            }
            store.takeSomeOfEachButTheLast();
            List<String> before = List.copyOf(store.asked);
            useMoreThanHalf(gateway);
            for (int i = 0; i < 10; i++) {
                gateway.conduct();
            }
            // Each asked once more; those with a gap in their numbers stay as they are.
            assertThat(store.asked).hasSize(before.size() + 3);
        }
    }

    /** Takes numbers as packets would. */
    private static void useMoreThanHalf(DrivenGateway gateway) {
        for (AssociationState state : gateway.conductor().states()) {
            OutboundState out = (OutboundState) state;
            while (out.limit() - out.sequence() > 1L << 20) {
                out.next();
            }
        }
    }

    /** A store in memory that counts, and whose numbers another may take. */
    private static final class CountingStore implements NonceStore {
        private final Map<String, Long> last = new HashMap<>();
        private final List<String> asked = new ArrayList<>();

        @Override
        public long reserve(byte[] fingerprint, long atLeast, long count) {
            String key = HexFormat.of().formatHex(fingerprint);
            asked.add(key);
            long first = Math.max(atLeast, last.getOrDefault(key, 0L) + 1);
            last.put(key, first + count - 1);
            return first;
        }

        void takeSomeOfEachButTheLast() {
            for (String key : asked.subList(0, asked.size() - 1)) {
                last.merge(key, 10L, Long::sum);
            }
        }

        @Override
        public void close() {}
    }
}
