package io.esplanade.gateway.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineListener;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.ipsec.Expiry;
import io.esplanade.engine.os.Clock;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** What comes of reading a file again when SAs that it names have come to their hard limits. */
@Timeout(60)
class ReloadTest {

    private static final String FILE =
            """
            name: a
            ports:
              lan: { type: pcap, side: protected, write: lan.pcap, mtu: 1400 }
              wan: { type: pcap, side: unprotected, write: wan.pcap }
            routes:
              - { to: 10.1.0.0/24, port: lan }
              - { to: 0.0.0.0/0, port: wan }
            tunnels:
              to-b:
                local: 192.0.2.1
                remote: 192.0.2.2
                local-ts: 10.1.0.0/24
                remote-ts: [10.2.0.0/24]
                lifetime: { life-time: 60 }
                esp-proposal: aes128gcm16-esn
                unsafe-volatile-sequence: true
                out: { spi: 0xc0000001, key: 0x010203040506070809a0b0c0d0e0f10111213141 }
                in: { spi: 0xc0000002, key: 0x212223242526272829a0b0c0d0e0f10111213141 }
            """;

    /** The machine's, and as much later as is said. */
    private static final class Later implements Clock {
        private volatile long nanos;

        @Override
        public long nanoTime() {
            return Clock.system().nanoTime() + nanos;
        }

        @Override
        public long epochNanos() {
            return Clock.system().epochNanos() + nanos;
        }
    }

    @TempDir Path directory;
    private Path file;
    private final Later clock = new Later();
    private final CountDownLatch expired = new CountDownLatch(2);

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.writeString(directory.resolve("gw.yaml"), FILE);
    }

    private void rewrite(String old, String now) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replace(old, now));
    }

    private interface Body {
        void run(Engine engine, Reload reload) throws Exception;
    }

    /** Runs a gateway whose two SAs have expired. */
    private void afterHardExpiry(Body body) throws Exception {
        EngineListener listener =
                new EngineListener() {
                    @Override
                    public void hardExpired(String sa, Expiry cause) {
                        expired.countDown();
                    }
                };
        try (Gateway gateway = Gateway.load(file);
                Assembly assembly = gateway.assemble();
                Engine engine = assembly.builder().clock(clock).listener(listener).build()) {
            engine.start();
            Reload reload = new Reload(file, gateway, null, engine);
            assertThat(reload.run(_ -> {})).isEmpty();
            clock.nanos = Duration.ofSeconds(61).toNanos();
            expired.await();
            body.run(engine, reload);
        }
    }

    @Test
    void whatMayComeOutOfAnSaThatHasEndedIsSaidToWaitForItsSuccessor() throws Exception {
        afterHardExpiry(
                (engine, reload) -> {
                    rewrite("[10.2.0.0/24]", "[10.2.0.0/24, 10.3.0.0/24]");
                    rewrite("routes:", "routes:\n  - { to: 10.1.1.0/24, port: lan }");
                    assertThat(reload.run(_ -> {}))
                            .containsExactlyInAnyOrder(
                                    "SA to-b.in has come to its hard limit: other traffic may come"
                                            + " out of the next one, when it has a new key and SPI",
                                    "route 10.1.1.0/24 dev lan added",
                                    "policy to-b.out changed",
                                    "policy to-b.in changed");
                    assertThat(engine.snapshot().sas()).isEmpty();
                    assertThat(reload.run(_ -> {})).as("once").isEmpty();

                    rewrite("c0000002, key: 0x21", "c0000012, key: 0x22");
                    assertThat(reload.run(_ -> {}))
                            .containsExactly("SA to-b.in replaced, SPI 0xc0000012");
                    assertThat(engine.snapshot().sas())
                            .extracting(Snapshot.SaState::name)
                            .containsExactly("to-b.in.again");

                    rewrite(", 10.3.0.0/24]", "]");
                    assertThat(reload.run(_ -> {}))
                            .contains("SA to-b.in: other traffic may come out of it");
                });
    }

    @Test
    void allElseChangesAsBefore() throws Exception {
        afterHardExpiry(
                (engine, reload) -> {
                    rewrite("routes:", "routes:\n  - { to: 10.1.1.0/24, port: lan }");
                    assertThat(reload.run(_ -> {}))
                            .containsExactly("route 10.1.1.0/24 dev lan added");
                    String text = Files.readString(file);
                    Files.writeString(file, text.substring(0, text.indexOf("tunnels:")));
                    assertThat(reload.run(_ -> {}))
                            .contains("SA to-b.in removed", "SA to-b.out removed");
                });
    }
}
