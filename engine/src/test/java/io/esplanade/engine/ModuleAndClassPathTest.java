package io.esplanade.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.crypto.TestProviders;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HexFormat;
import java.util.ServiceLoader;

/** The same promises whether the engine is a module or on the class path: the build runs both. */
@Tag("classpath")
class ModuleAndClassPathTest {

    /** An ICMP echo request from 10.0.1.1 to 10.0.2.1 with a TTL of 64, correct to the checksum. */
    private static final byte[] PING =
            HexFormat.of()
                    .parseHex("4500001c00000000400163e00a0001010a000201" + "0800f7fd00010001");

    @Test
    void theBuildRunsTheEngineAsItSays() {
        boolean module = !"class-path".equals(System.getProperty("esplanade.test.path"));

        assertThat(Engine.class.getModule().isNamed()).isEqualTo(module);
    }

    @Test
    void theProvidersAreFoundAndServe() throws Exception {
        assertThat(CryptoProviders.available().keySet()).contains("openssl", "ipsec-mb", "jce");
        assertThat(CryptoProviders.find("openssl").name()).isEqualTo("openssl");
        assertThat(CryptoProviders.find("jce").name()).isEqualTo("jce");
        assertThat(TestProviders.require("ipsec-mb").name()).isEqualTo("ipsec-mb");
    }

    @Test
    void theCapturePortIsFound() {
        assertThat(ServiceLoader.load(PortFactory.class, Engine.class.getClassLoader()))
                .extracting(PortFactory::type)
                .contains("pcap");
    }

    @Test
    void aPacketIsRoutedFromOnePortToAnother() throws Exception {
        try (MemoryHost left = MemoryHost.on(Plug.of("left", Side.PROTECTED), Cable.DEFAULT);
                MemoryHost right = MemoryHost.on(Plug.of("right", Side.PROTECTED), Cable.DEFAULT);
                Engine engine =
                        Engine.builder()
                                .port(left.port())
                                .port(right.port())
                                .route(Route.of("10.0.1.0/24", "left"))
                                .route(Route.of("10.0.2.0/24", "right"))
                                .build()) {
            engine.start();
            left.send(PING);
            left.endInput();
            right.endInput();

            assertThat(engine.awaitInputEnd(Duration.ofSeconds(30))).isTrue();
            byte[] routed = PING.clone();
            routed[8]--; // TTL
            routed[10]++; // its checksum
            assertThat(right.receive()).isEqualTo(routed);
            assertThat(engine.snapshot().mbufsInUse()).isZero();
        }
    }
}
