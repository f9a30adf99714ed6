package io.esplanade.engine.abuse;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** As {@link InboundFuzzTest}, from the protected side: nothing leaves in clear. */
class OutboundFuzzTest {

    private static Barrage barrage;

    @BeforeAll
    static void open() {
        barrage = new Barrage(true, true);
    }

    @AfterAll
    static void close() {
        barrage.close();
    }

    @FuzzTest(maxDuration = "20s")
    void whateverComesFromInsideIsSealedOrDroppedByName(FuzzedDataProvider data) {
        int kind = data.consumeInt(0, 2);
        int protocol = data.consumeInt(0, 255);
        byte[] bytes = data.consumeRemainingAsBytes();
        barrage.fromLan(
                switch (kind) {
                    case 0 -> bytes;
                    case 1 -> IpPackets.packet("10.1.0.5", "10.2.0.5", protocol, bytes);
                    default -> IpPackets.packet("fd01::5", "fd02::5", protocol, bytes);
                });
    }
}
