package io.esplanade.engine.esp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.crypto.TestProviders;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.PortMbufs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * draft-mcgrew-gcm-test-01, byte for byte, through the encapsulator and the decapsulator and every
 * provider.
 */
class GcmKnownAnswersTest {

    private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress THERE = InetAddress.ofLiteral("192.0.2.2");
    private static final int OUTER = 20;
    private static final int IV = 8;

    /** All cases whose SPI an SA may have, with every provider. */
    static Stream<Arguments> cases() {
        return Stream.of("openssl", "ipsec-mb", "jce")
                .flatMap(
                        provider ->
                                GcmVectors.ALL.stream()
                                        .filter(v -> spi(v) != 0)
                                        .map(v -> Arguments.of(provider, v)));
    }

    static Stream<Arguments> allCases() {
        return Stream.of("openssl", "ipsec-mb", "jce")
                .flatMap(provider -> GcmVectors.ALL.stream().map(v -> Arguments.of(provider, v)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void theEncapsulatorMakesTheDraftsPacket(String provider, GcmVectors.Vector v)
            throws CryptoException {
        try (Machine machine = new Machine(provider, v, Direction.OUTBOUND)) {
            OutboundState sa = new OutboundState(machine.sa, 0, 0, machine.context);
            long sequence = sa.next();
            sa.ivMask(ByteBuffer.wrap(v.iv()).getLong() ^ sequence);
            long mbuf = machine.mbufs.packet(payload(v), 0);
            Mbuf.sequence(mbuf, sequence);

            assertThat(Encapsulator.prepare(mbuf, sa, 0, machine.burst, 0))
                    .isEqualTo(DropReason.NONE);
            // Tunnel mode says 4 where the draft says 1; every other byte is as it stands.
            long nextHeader = Mbuf.data(mbuf) + OUTER + Esp.HEADER + IV + v.plaintext().length - 1;
            assertThat(Mem.getUnsignedByte(nextHeader)).isEqualTo(Esp.NEXT_HEADER_IPV4);
            Mem.putByte(nextHeader, v.plaintext()[v.plaintext().length - 1]);

            assertThat(machine.run()).isEqualTo(Status.OK);
            assertThat(Mem.bytes(Mbuf.data(mbuf) + OUTER, Mbuf.length(mbuf) - OUTER))
                    .asHexString()
                    .isEqualTo(hex(espPacket(v)));
            machine.mbufs.free(mbuf);
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void theDecapsulatorTakesTheDraftsPacket(String provider, GcmVectors.Vector v)
            throws CryptoException {
        try (Machine machine = new Machine(provider, v, Direction.INBOUND)) {
            InboundState sa = new InboundState(machine.sa, 0, 0, machine.context);
            long mbuf = machine.mbufs.packet(EspMachine.behindOuterHeader(espPacket(v)), 0);
            Mbuf.transport(mbuf, 50, EspMachine.OUTER);
            Mbuf.sequence(mbuf, sequence(v));

            assertThat(Decapsulator.prepare(mbuf, sa, 0, machine.burst, 0))
                    .isEqualTo(DropReason.NONE);
            assertThat(machine.run()).isEqualTo(Status.OK);
            long plaintext = Mbuf.data(mbuf) + EspMachine.OUTER + Esp.HEADER + IV;
            assertThat(Mem.bytes(plaintext, v.plaintext().length))
                    .asHexString()
                    .isEqualTo(hex(v.plaintext()));

            assertThat(Decapsulator.finish(mbuf, sa)).isEqualTo(DropReason.UNSUPPORTED_PAYLOAD);
            Mem.putByte(plaintext + v.plaintext().length - 1, Esp.NEXT_HEADER_IPV4);
            assertThat(Decapsulator.finish(mbuf, sa)).isEqualTo(DropReason.NONE);
            assertThat(Mem.bytes(Mbuf.data(mbuf), Mbuf.length(mbuf)))
                    .asHexString()
                    .isEqualTo(hex(payload(v)));
            machine.mbufs.free(mbuf);
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void theDraftsPacketWithAnyBitWrongIsRefused(String provider, GcmVectors.Vector v)
            throws CryptoException {
        try (Machine machine = new Machine(provider, v, Direction.INBOUND)) {
            InboundState sa = new InboundState(machine.sa, 0, 0, machine.context);
            byte[] good = espPacket(v);
            // SPI and the low half of the number come from SA and window, not from the packet.
            for (int bit = Esp.HEADER * 8; bit < good.length * 8; bit++) {
                byte[] bad = good.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                long mbuf = machine.mbufs.packet(bad, 0);
                Mbuf.transport(mbuf, 50, 0);
                Mbuf.sequence(mbuf, sequence(v));
                assertThat(Decapsulator.prepare(mbuf, sa, 0, machine.burst, 0))
                        .isEqualTo(DropReason.NONE);
                assertThat(machine.run()).as("bit %d", bit).isEqualTo(Status.BAD_TAG);
                machine.mbufs.free(mbuf);
            }
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void theDraftsPacketUnderAnotherNumberIsRefused(String provider, GcmVectors.Vector v)
            throws CryptoException {
        int numberBits = v.esn() ? 64 : 32;
        try (Machine machine = new Machine(provider, v, Direction.INBOUND)) {
            InboundState sa = new InboundState(machine.sa, 0, 0, machine.context);
            for (int bit = 0; bit < numberBits; bit++) {
                long mbuf = machine.mbufs.packet(espPacket(v), 0);
                Mbuf.transport(mbuf, 50, 0);
                Mbuf.sequence(mbuf, sequence(v) ^ 1L << bit);
                assertThat(Decapsulator.prepare(mbuf, sa, 0, machine.burst, 0))
                        .isEqualTo(DropReason.NONE);
                assertThat(machine.run()).as("bit %d", bit).isEqualTo(Status.BAD_TAG);
                machine.mbufs.free(mbuf);
            }
        }
    }

    /** The fourth case too, which no SA can have. */
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("allCases")
    void theCipherAloneDoesAllFourteen(String provider, GcmVectors.Vector v)
            throws CryptoException {
        try (Machine machine = new Machine(provider, v, Direction.OUTBOUND)) {
            int length = v.plaintext().length;
            long mbuf = machine.mbufs.packet(v.plaintext(), 0);
            long data = Mbuf.data(mbuf);
            long d =
                    machine.burst.describe(
                            0,
                            CryptoBurst.form(Operation.ENCRYPT, 16, 12),
                            machine.context,
                            data,
                            length);
            CryptoBurst.aead(d, CryptoBurst.aeadForm(v.aad().length, 0));
            Mem.copyFrom(v.salt(), 0, d + CryptoBurst.IV, 4);
            Mem.copyFrom(v.iv(), 0, d + CryptoBurst.IV + 4, IV);
            Mem.copyFrom(v.aad(), 0, d + CryptoBurst.AAD, v.aad().length);

            assertThat(machine.run()).isEqualTo(Status.OK);
            assertThat(Mem.bytes(data, length + 16))
                    .asHexString()
                    .isEqualTo(hex(joined(v.ciphertext(), v.icv())));
            machine.mbufs.free(mbuf);
        }
    }

    @Test
    void theFourthCasesSpiIsReservedSoNoSaHasIt() {
        GcmVectors.Vector fourth = GcmVectors.ALL.get(3);
        try (KeyMaterial key = key(fourth)) {
            SecurityAssociation.Builder sa = sa(fourth, key, Direction.INBOUND);
            assertThatThrownBy(sa::build)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("reserved");
        }
    }

    private static int spi(GcmVectors.Vector v) {
        return ByteBuffer.wrap(v.aad()).getInt();
    }

    private static long sequence(GcmVectors.Vector v) {
        ByteBuffer aad = ByteBuffer.wrap(v.aad());
        return v.esn() ? aad.getLong(4) : Integer.toUnsignedLong(aad.getInt(4));
    }

    /** The plaintext without padding, pad length and next header. */
    private static byte[] payload(GcmVectors.Vector v) {
        byte[] plaintext = v.plaintext();
        int padding = plaintext[plaintext.length - 2];
        return Arrays.copyOf(plaintext, plaintext.length - Esp.TRAILER - padding);
    }

    /** SPI, the number's low half, IV, ciphertext, ICV. */
    private static byte[] espPacket(GcmVectors.Vector v) {
        byte[] aad = v.aad();
        return joined(
                Arrays.copyOf(aad, 4),
                Arrays.copyOfRange(aad, aad.length - 4, aad.length),
                v.iv(),
                v.ciphertext(),
                v.icv());
    }

    private static byte[] joined(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(List.of(parts).stream().mapToInt(p -> p.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    private static KeyMaterial key(GcmVectors.Vector v) {
        return KeyMaterial.takeFrom(joined(v.key(), v.salt()));
    }

    private static Suite suite(GcmVectors.Vector v) {
        return switch (v.key().length) {
            case 16 -> Suite.AES_GCM_16_128;
            case 24 -> Suite.AES_GCM_16_192;
            default -> Suite.AES_GCM_16_256;
        };
    }

    private static SecurityAssociation.Builder sa(
            GcmVectors.Vector v, KeyMaterial key, Direction direction) {
        return SecurityAssociation.builder("draft")
                .direction(direction)
                .spi(spi(v))
                .from(HERE)
                .to(THERE)
                .suite(suite(v))
                .key(key)
                .esn(v.esn())
                .initialSequence(sequence(v));
    }

    /** One SA's key in one provider, a burst of one, and mbufs. */
    private static final class Machine implements AutoCloseable {

        final PortMbufs mbufs = new PortMbufs(4, 0);
        final CryptoBurst burst = new CryptoBurst(1);
        final CryptoProvider provider;
        final KeyMaterial key;
        final SecurityAssociation sa;
        final long context;
        private final CryptoQueue queue;

        Machine(String name, GcmVectors.Vector v, Direction direction) throws CryptoException {
            provider = TestProviders.require(name);
            key = key(v);
            sa = spi(v) == 0 ? null : sa(v, key, direction).build();
            context =
                    provider.newContext(
                            suite(v),
                            key,
                            direction == Direction.OUTBOUND
                                    ? Operation.ENCRYPT
                                    : Operation.DECRYPT);
            queue = provider.newQueue(burst);
        }

        Status run() {
            assertThat(queue.submit(1)).isOne();
            assertThat(queue.poll()).isOne();
            return burst.status(0);
        }

        @Override
        public void close() {
            queue.close();
            provider.freeContext(context);
            key.close();
            burst.close();
            mbufs.close();
        }
    }
}
