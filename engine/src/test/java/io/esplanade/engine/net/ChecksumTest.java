package io.esplanade.engine.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

class ChecksumTest {

    /** RFC 1071 §3: the words 0001 f203 f4f5 f6f7 add up to ddf2. */
    @Test
    void theExampleOfRfc1071AddsUp() {
        try (Packet packet = Packet.hex("0001f203f4f5f6f7")) {
            assertThat(Checksum.sum(packet.address(), 8)).isEqualTo(0xddf2);
            assertThat(Checksum.of(packet.address(), 8)).isEqualTo(0x220d);
        }
    }

    /** RFC 1624 §4: checksum dd2f, a word goes from 5555 to 3285, and it comes to 0, not ffff. */
    @Test
    void theExampleOfRfc1624ComesToZero() {
        assertThat(Checksum.update(0xdd2f, 0x5555, 0x3285)).isZero();
    }

    @Test
    void anOddLastByteCountsAsIfAZeroFollowed() {
        try (Packet packet = Packet.hex("0001f2")) {
            assertThat(Checksum.sum(packet.address(), 3)).isEqualTo(0xf201);
        }
    }

    @Test
    void nothingAddsUpToZero() {
        try (Packet packet = Packet.hex("ff")) {
            assertThat(Checksum.sum(packet.address(), 0)).isZero();
        }
    }

    @Test
    void itAgreesWithAddingWordByWord() {
        Random random = new Random(1);
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            if (i % 3 == 0) {
                Arrays.fill(bytes, (byte) 0xff); // all carries
            }
            int naive = naive(bytes);
            try (Packet packet = new Packet(bytes)) {
                assertThat(Checksum.sum(packet.address(), bytes.length)).isEqualTo(naive);
            }
        }
    }

    @Test
    void aWholeBufferOfOnesDoesNotOverflow() {
        byte[] bytes = new byte[65536];
        Arrays.fill(bytes, (byte) 0xff);
        try (Packet packet = new Packet(bytes)) {
            assertThat(Checksum.sum(packet.address(), bytes.length)).isEqualTo(0xffff);
        }
    }

    @Test
    void anUpdateIsAsGoodAsComputingAnew() {
        Random random = new Random(2);
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = new byte[20];
            random.nextBytes(bytes);
            int before = Checksum.complement(naive(bytes));
            int at = 2 * random.nextInt(10);
            int oldWord = word(bytes, at);
            bytes[at] = (byte) random.nextInt();
            bytes[at + 1] = (byte) random.nextInt();
            assertThat(Checksum.update(before, oldWord, word(bytes, at)))
                    .isEqualTo(Checksum.complement(naive(bytes)));
        }
    }

    /** In either byte order; no bit of a header can change alone without being noticed. */
    @Test
    void aHeaderReadInWordsIsRightIfAndOnlyIfItsChecksumIs() {
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = new byte[20];
            random.nextBytes(bytes);
            bytes[0] = 0x45;
            ByteBuffer header = ByteBuffer.wrap(bytes).putShort(10, (short) 0);
            header.putShort(10, (short) Checksum.complement(naive(bytes)));
            assertThat(isRight(header)).isTrue();
            assertThat(isRight(header.duplicate().order(ByteOrder.LITTLE_ENDIAN))).isTrue();
            for (int bit = 0; bit < 8 * bytes.length; bit++) {
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
                assertThat(isRight(header)).as("bit %d of %s", bit, header).isFalse();
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
            }
        }
    }

    private static boolean isRight(ByteBuffer header) {
        return Checksum.isRight(header.getLong(0), header.getLong(8), header.getInt(16));
    }

    private static int naive(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            sum += word(bytes, i);
            if (sum > 0xffff) {
                sum -= 0xffff;
            }
        }
        return sum;
    }

    private static int word(byte[] bytes, int at) {
        int low = at + 1 < bytes.length ? bytes[at + 1] & 0xff : 0;
        return (bytes[at] & 0xff) << 8 | low;
    }

    /** Every packet of the capture carries right checksums, made by the kernel that sent it. */
    @Test
    void theChecksumsOfRealPacketsAreFoundRight() throws Exception {
        int ipv4 = 0;
        int ipv6 = 0;
        for (byte[] frame : Packet.captured()) {
            try (Packet packet = new Packet(frame)) {
                long ip = packet.address() + Ethernet.HEADER_LENGTH;
                int available = frame.length - Ethernet.HEADER_LENGTH;
                if (Ethernet.type(packet.address()) == Ethernet.IPV4) {
                    assertThat(Ipv4.valid(ip, available)).isTrue();
                    assertThat(Ipv4.checksumRight(ip)).isTrue();
                    if (!Ipv4.isFragment(ip)) {
                        assertThat(
                                        transportSum(
                                                ip,
                                                Ipv4.transport(ip),
                                                Ipv4.totalLength(ip),
                                                false))
                                .isEqualTo(0xffff);
                        ipv4++;
                    }
                } else if (Ethernet.type(packet.address()) == Ethernet.IPV6) {
                    assertThat(Ipv6.valid(ip, available)).isTrue();
                    int transport = Ipv6.transport(ip);
                    if (!Transport.isFragment(transport)) {
                        assertThat(transportSum(ip, transport, Ipv6.totalLength(ip), true))
                                .isEqualTo(0xffff);
                        ipv6++;
                    }
                }
            }
        }
        assertThat(ipv4).isGreaterThan(100);
        assertThat(ipv6).isGreaterThan(100);
    }

    private static int transportSum(long ip, int transport, int total, boolean six) {
        int length = total - Transport.offset(transport);
        int sum = Checksum.sum(ip + Transport.offset(transport), length);
        int protocol = Transport.protocol(transport);
        if (protocol == IpProtocol.ICMP) {
            return sum; // no pseudo-header
        }
        int pseudo =
                six
                        ? Checksum.pseudoIpv6(ip, protocol, length)
                        : Checksum.pseudoIpv4(ip, protocol, length);
        return Checksum.add(sum, pseudo);
    }
}
