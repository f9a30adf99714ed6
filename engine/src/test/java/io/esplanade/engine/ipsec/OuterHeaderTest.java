package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.HexFormat;

class OuterHeaderTest {

    private final Region region = Region.map(Region.PAGE, "a test");
    private final long at = region.address() + 2;

    @AfterEach
    void unmap() {
        region.close();
    }

    private static OuterHeader header(String source, String destination) {
        return OuterHeader.of(InetAddress.ofLiteral(source), InetAddress.ofLiteral(destination));
    }

    private String written(OuterHeader header, int payload) {
        Mem.fill(at, 64, 0xee);
        header.write(at, payload);
        assertThat(Mem.getUnsignedByte(at + header.length())).isEqualTo(0xee);
        return HexFormat.of().formatHex(Mem.bytes(at, header.length()));
    }

    @Test
    void anIpv4HeaderHasDfNoIdTtl64ProtocolEspAndItsChecksum() {
        OuterHeader header = header("192.0.2.1", "198.51.100.2");
        assertThat(header.isIpv6()).isFalse();
        assertThat(written(header, 100))
                .isEqualTo("45000078" + "00004000" + "40324e1d" + "c0000201" + "c6336402");
    }

    @Test
    void itsChecksumIsRightForEveryLength() {
        for (String destination : new String[] {"198.51.100.2", "0.0.0.0", "255.255.255.255"}) {
            OuterHeader header = header("255.255.255.254", destination);
            for (int payload = 0; payload <= 65515; payload++) {
                header.write(at, payload);
                if (!Ipv4.checksumRight(at) || Ipv4.totalLength(at) != payload + 20) {
                    throw new AssertionError("wrong for a payload of " + payload);
                }
            }
        }
    }

    @Test
    void anIpv6HeaderHasThePayloadsLength() {
        OuterHeader header = header("2001:db8::1", "2001:db8:ffff::fffe");
        assertThat(header.isIpv6()).isTrue();
        assertThat(written(header, 0xabcd))
                .isEqualTo(
                        "60000000"
                                + "abcd3240"
                                + "20010db8000000000000000000000001"
                                + "20010db8ffff0000000000000000fffe");
    }
}
