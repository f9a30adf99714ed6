package io.esplanade.engine.abuse;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * The whole inbound path under a fuzzer that watches which code its bytes reach: {@link Barrage}
 * says what must hold.
 */
class InboundFuzzTest {

    private static Barrage barrage;

    @BeforeAll
    static void open() {
        barrage = new Barrage(false, true);
    }

    @AfterAll
    static void close() {
        barrage.close();
    }

    @FuzzTest(maxDuration = "20s")
    void whateverComesFromOutsideIsSentOrDroppedByName(FuzzedDataProvider data) {
        int kind = data.consumeInt(0, 3);
        int nextHeader = data.consumeInt(0, 255);
        byte[] bytes = data.consumeRemainingAsBytes();
        EspPackets from = barrage.tunnel().fromPeer();
        barrage.fromWan(
                switch (kind) {
                    case 0 -> bytes;
                    case 1 -> IpPackets.packet(from.source(), from.destination(), 50, bytes);
                    case 2 -> barrage.seal(bytes); // the ICV is right, the trailer perhaps
                    default -> barrage.seal(EspPackets.payload(bytes, nextHeader));
                });
    }
}
