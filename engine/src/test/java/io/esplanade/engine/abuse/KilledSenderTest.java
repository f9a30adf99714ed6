package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineException;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * kill -9 in mid-traffic: whatever moment a sender under a static key dies at, its successor uses
 * no nonce again. The captures that they leave tell.
 */
@Timeout(120)
class KilledSenderTest {

    /** Packets after which it is killed: in a first block of 2¹⁸, and around its extensions. */
    private static final int[] LIVES = {1_000, 60_000, 131_000, 140_000, 270_000, 400_000};

    @TempDir private Path folder;

    @Test
    void noNonceIsUsedTwiceThoughTheSenderIsKilledAgainAndAgain() throws Exception {
        Path store = folder.resolve("nonces");
        long[] ivs = new long[0];
        for (int life = 0; life < LIVES.length; life++) {
            Path capture = folder.resolve(life + ".pcap");
            int spi = TunnelGateway.SPI_OUT + life; // the key is what counts, whatever the SPI
            try (ForkedJvm sender = ForkedJvm.start(StaticKeySender.class, store, capture, spi)) {
                for (long sent = 0; sent < LIVES[life]; ) {
                    sent = Long.parseLong(sender.readLine());
                }
                if (life == 0) {
                    aSecondProcessIsRefused(store);
                }
                sender.kill();
            }
            long[] mine = ivs(capture, spi);
            assertThat(mine.length).as("packets of life " + life).isGreaterThan(LIVES[life] / 2);
            int before = ivs.length;
            ivs = Arrays.copyOf(ivs, before + mine.length);
            System.arraycopy(mine, 0, ivs, before, mine.length);
        }
        Arrays.sort(ivs);
        for (int i = 1; i < ivs.length; i++) {
            if (ivs[i] == ivs[i - 1]) {
                throw new AssertionError("nonce used twice: " + Long.toHexString(ivs[i]));
            }
        }
    }

    private void aSecondProcessIsRefused(Path store) throws Exception {
        try (ForkedJvm second =
                ForkedJvm.start(
                        StaticKeySender.class, store, folder.resolve("second.pcap"), 0x999)) {
            assertThat(second.readLine()).startsWith("refused:").contains("in use");
            assertThat(second.await()).isZero();
        }
        assertThat(folder.resolve("second.pcap")).doesNotExist();
    }

    /** The IVs in a capture, whose last packet may be cut off; they are the sequence numbers. */
    private static long[] ivs(Path capture, int spi) throws IOException {
        try (FileChannel channel = FileChannel.open(capture)) {
            ByteBuffer file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            file.order(ByteOrder.LITTLE_ENDIAN).position(24);
            long[] ivs = new long[file.remaining() / 16];
            int n = 0;
            while (file.remaining() >= 16) {
                int length = file.getInt(file.position() + 8);
                if (file.remaining() < 16 + length) {
                    break;
                }
                ByteBuffer packet = file.slice(file.position() + 16, length);
                assertThat(packet.get(9)).isEqualTo((byte) IpPackets.ESP);
                if (packet.getInt(20) != spi) {
                    throw new AssertionError("another SPI");
                }
                ivs[n] = packet.getLong(28);
                if ((int) ivs[n++] != packet.getInt(24)) {
                    throw new AssertionError("the IV is not the sequence number");
                }
                file.position(file.position() + 16 + length);
            }
            return Arrays.copyOf(ivs, n);
        }
    }

    @Test
    void withoutAStoreAStaticKeyIsRefused() {
        OddPort port = new OddPort("wan", Side.UNPROTECTED);
        assertThatThrownBy(() -> Engine.builder().port(port).sa(StaticKeySender.sa(0x1000)).build())
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("nonce store");
    }
}
