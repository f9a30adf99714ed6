package io.esplanade.gateway.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.esplanade.engine.Engine;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.ipsec.Lifetime;
import io.esplanade.engine.ipsec.Lifetime.Limit;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

final class GoodFilesTest {

    @TempDir static Path directory;

    @BeforeAll
    static void copyFiles() {
        SampleFiles.copyTo(directory);
    }

    static List<String> files() {
        return SampleFiles.names("good");
    }

    @ParameterizedTest
    @MethodSource("files")
    void passesWithoutWarningAndMakesAnEngine(String name) throws Exception {
        try (Gateway gateway = load(name);
                Assembly assembly = gateway.assemble();
                Engine engine = assembly.builder().build()) {
            assertThat(gateway.warnings()).isEmpty();
            assertThat(engine.name()).isEqualTo(gateway.name());
        }
    }

    @Test
    void theSummarySaysWhatTheFileMakes() throws Exception {
        try (Gateway gateway = load("a")) {
            assertThat(gateway.summary())
                    .containsExactly(
                            "port lan: protected, MTU 1400",
                            "port wan: unprotected, MTU 1500",
                            "route 10.1.0.0/24 dev lan",
                            "route fd00:1::/64 dev lan",
                            "route 0.0.0.0/0 via 192.0.2.2 dev wan",
                            "route ::/0 via 2001:db8::2 dev wan",
                            "tunnel to-b: 192.0.2.1 to 192.0.2.2, aes128gcm16 with ESN,"
                                    + " inner packets up to 1446 bytes over IPv4",
                            "policy ike: out, priority 10, bypass: 192.0.2.1[udp/500] >"
                                    + " 192.0.2.2[udp/500-501]",
                            "policy to-b.out: out, priority 1000, protect by to-b: 10.1.0.0/24 >"
                                    + " 10.2.0.0/24",
                            "policy to-b.out: out, priority 1000, protect by to-b: fd00:1::/64 >"
                                    + " fd00:2::/64",
                            "policy no-telnet: in, priority 20, discard: 0.0.0.0/0[tcp] >"
                                    + " 0.0.0.0/0[tcp/23]",
                            "policy no-telnet: in, priority 20, discard: ::/0[tcp] > ::/0[tcp/23]",
                            "policy more: in, priority 100, protect by to-b: 10.7.0.1-10.7.0.9 >"
                                    + " 10.1.0.0/24",
                            "policy to-b.in: in, priority 1000, protect by to-b: 10.2.0.0/24 >"
                                    + " 10.1.0.0/24",
                            "policy to-b.in: in, priority 1000, protect by to-b: fd00:2::/64 >"
                                    + " fd00:1::/64",
                            "runtime per-core: 1 lane of 1 worker on 1 thread");
        }
    }

    /** The longest by RFC 4302: of an MTU of 1500, 20 + 12 + 16, or 40 + 12 + 12, or 12 + 12. */
    @Test
    void theSummarySaysWhichTunnelsAreByAh() throws Exception {
        try (Gateway gateway = load("ah")) {
            assertThat(gateway.summary())
                    .contains(
                            "tunnel net-to-net: 192.0.2.1 to 192.0.2.2, AH sha256 with ESN,"
                                    + " inner packets up to 1452 bytes over IPv4",
                            "tunnel over-ipv6: 2001:db8::1 to 2001:db8::2, AH sha1,"
                                    + " inner packets up to 1436 bytes over IPv6",
                            "tunnel host-to-host: 192.0.2.1 to 192.0.2.3, AH aescmac,"
                                    + " inner packets up to 1476 bytes over IPv4");
        }
    }

    /** As they were written, or in the file's order of search and its shorter forms. */
    @Test
    void policiesArePrintedAsTheyAreWritten() throws Exception {
        try (Gateway gateway = load("selectors")) {
            assertThat(gateway.summary())
                    .filteredOn(line -> line.startsWith("policy "))
                    .extracting(line -> line.replaceFirst("policy ([^:]*): .*?: ", "$1 "))
                    .containsExactly(
                            "unreachable 10.1.0.0/24[icmp/3(1-4)] > 0.0.0.0/0[icmp]",
                            "unreachable 10.1.0.0/24[icmp/11-12] > 0.0.0.0/0[icmp]",
                            "unreachable fd00:1::/64[icmpv6/1(0)-4(2)] > ::/0[icmpv6]",
                            "dns 10.1.0.0/24[udp] > 0.0.0.0/0[udp/53]",
                            "dns fd00:1::/64[udp] > ::/0[udp/53]",
                            "high 0.0.0.0/0[udp/1024-65535] > 0.0.0.0/0[udp/1000-2000]",
                            "high ::/0[udp/1024-65535] > ::/0[udp/1000-2000]",
                            "fragments 0.0.0.0/0[udp/opaque] > 0.0.0.0/0[udp]",
                            "fragments ::/0[udp/opaque] > ::/0[udp]",
                            "web.out 10.1.0.0/24[tcp] > 10.2.0.0/24[tcp/443]",
                            "web.out 10.1.0.0/24[sctp] > 10.2.0.0/24[sctp]",
                            "web.out 10.1.0.0/24[icmp] > 10.2.0.0/24[icmp/0]",
                            "web.out 10.1.0.5-10.1.0.9[icmp/8] > 10.2.0.0/24[icmp/0]",
                            "mobile ::/0[mh/5] > fd00:1::/64[mh]",
                            "hidden ::/0[opaque] > ::/0[opaque]",
                            "gre 10.0.0.0/8[gre] > 0.0.0.0/0[gre]",
                            "web.in 10.2.0.0/24[tcp/443] > 10.1.0.0/24[tcp]",
                            "web.in 10.2.0.0/24[sctp] > 10.1.0.0/24[sctp]",
                            "web.in 10.2.0.0/24[icmp/0] > 10.1.0.0/24[icmp]",
                            "web.in 10.2.0.0/24[icmp/0] > 10.1.0.5-10.1.0.9[icmp/8]");
        }
    }

    @Test
    void theEngineHasTheSasOfTheFile() throws Exception {
        try (Gateway gateway = load("laboratory");
                Assembly assembly = gateway.assemble();
                Engine engine = assembly.builder().build()) {
            assertThat(engine.snapshot().sas())
                    .extracting(sa -> sa.name() + " %08x".formatted(sa.spi()))
                    .containsExactlyInAnyOrder("lab.out 00000100", "lab.in ffffffff");
        }
    }

    @Test
    void theEngineHasTheLifetimesOfTheFile() throws Exception {
        try (Gateway gateway = load("lifetimes");
                Assembly assembly = gateway.assemble();
                Engine engine = assembly.builder().build()) {
            Lifetime all =
                    new Lifetime(
                            new Limit(Duration.ofSeconds(3300), 0x7fff_ffff_0000L, 9_000_000_000L),
                            new Limit(
                                    Duration.ofSeconds(3600), 0x7fff_ffff_ffffL, 10_000_000_000L));
            Lifetime one = Lifetime.UNLIMITED.withHard(Limit.ofPackets(1));
            assertThat(engine.snapshot().sas())
                    .extracting(Snapshot.SaState::name, Snapshot.SaState::lifetime)
                    .containsExactlyInAnyOrder(
                            tuple("all.out", all),
                            tuple("all.in", all),
                            tuple("one.out", one),
                            tuple("one.in", one));
        }
    }

    private static Gateway load(String name) throws RefusedException, IOException {
        return Gateway.load(directory.resolve("good/" + name + ".yaml"));
    }
}
