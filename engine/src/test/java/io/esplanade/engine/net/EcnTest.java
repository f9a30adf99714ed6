package io.esplanade.engine.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HexFormat;
import java.util.Map;

/** RFC 6040 §4.2, figure 4, typed in from the RFC, for both families and whatever DSCP. */
class EcnTest {

    private static final Map<String, Integer> CODEPOINTS =
            Map.of("Not-ECT", 0b00, "ECT(0)", 0b10, "ECT(1)", 0b01, "CE", 0b11);

    private final Region region = Region.map(Region.PAGE, "a test");
    private final long ip = region.address();

    @AfterEach
    void unmap() {
        region.close();
    }

    @ParameterizedTest
    @CsvSource({
        // inner, and what goes on when the outer is Not-ECT, ECT(0), ECT(1), CE
        "Not-ECT, Not-ECT, Not-ECT, Not-ECT, drop",
        "ECT(0),  ECT(0),  ECT(0),  ECT(1),  CE",
        "ECT(1),  ECT(1),  ECT(1),  ECT(1),  CE",
        "CE,      CE,      CE,      CE,      CE",
    })
    void whatThePathDidToTheOuterHeaderComesIn(
            String inner, String notEct, String ect0, String ect1, String ce) {
        goesOn(inner, "Not-ECT", notEct);
        goesOn(inner, "ECT(0)", ect0);
        goesOn(inner, "ECT(1)", ect1);
        goesOn(inner, "CE", ce);
    }

    private void goesOn(String inner, String outer, String expected) {
        for (int dscp = 0; dscp < 64; dscp++) {
            int tos = dscp << 2 | CODEPOINTS.get(inner);
            ipv4(tos);
            boolean kept = Ecn.carryIn(ip, false, CODEPOINTS.get(outer));
            assertThat(kept).isEqualTo(!expected.equals("drop"));
            assertThat(Ipv4.tos(ip)).isEqualTo(kept ? dscp << 2 | CODEPOINTS.get(expected) : tos);
            assertThat(Ipv4.checksumRight(ip)).isTrue();

            ipv6(tos);
            assertThat(Ecn.carryIn(ip, true, CODEPOINTS.get(outer))).isEqualTo(kept);
            assertThat(Ipv6.trafficClass(ip))
                    .isEqualTo(kept ? dscp << 2 | CODEPOINTS.get(expected) : tos);
            assertThat(Ipv4.version(ip)).isEqualTo(6);
            assertThat(Ipv6.flowLabel(ip)).isEqualTo(0xabcde);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "3", "184", "255"})
    void theTrafficClassIsFoundInEitherFamily(int tos) {
        ipv4(tos);
        assertThat(Ecn.trafficClass(ip)).isEqualTo(tos);
        ipv6(tos);
        assertThat(Ecn.trafficClass(ip)).isEqualTo(tos);
    }

    private void ipv4(int tos) {
        put("4500001c123440004011000" + "0" + "c0000201" + "c6336402");
        Mem.putByte(ip + 1, tos);
        Ipv4.updateChecksum(ip);
    }

    private void ipv6(int tos) {
        put("600abcde00003b40");
        Mem.putIntBE(ip, 0x600a_bcde | tos << 20);
    }

    private void put(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        Mem.copyFrom(bytes, 0, ip, bytes.length);
    }
}
