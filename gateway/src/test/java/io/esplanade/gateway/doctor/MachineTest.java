package io.esplanade.gateway.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is said of machines that are not this one, by files as theirs would be. */
final class MachineTest {

    private static final String ALL_CAPABILITIES = "000001ffffffffff";
    private static final String NONE = "0000000000000000";

    @TempDir Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void machine(String flags, String hugePages, String capabilities, String locked)
            throws IOException {
        write("proc/cpuinfo", "model name\t: A Processor\nflags\t\t: " + flags + "\n");
        write("proc/sys/kernel/osrelease", "6.1.0-25-amd64\n");
        write("proc/sys/vm/nr_hugepages", "0\n");
        write("sys/kernel/mm/transparent_hugepage/enabled", hugePages + "\n");
        write("proc/self/status", "Uid:\t1000\t1000\nCapEff:\t" + capabilities + "\n");
        write(
                "proc/self/limits",
                "Max locked memory         " + locked + "  " + locked + "  bytes\n");
    }

    private Finding finding(String name) {
        return new Machine(root)
                .findings().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void aMachineThatHasWhatAGatewayWantsIsGivenNoAdvice() throws IOException {
        machine("fpu aes vaes pclmulqdq", "always [madvise] never", ALL_CAPABILITIES, "8388608");
        write("dev/net/tun", "");

        assertThat(new Machine(root).findings())
                .filteredOn(f -> !f.name().equals("processor")) // that is this machine's
                .allSatisfy(f -> assertThat(f.advice()).as(f.name()).isEmpty());
        assertThat(finding("for ciphers").text())
                .isEqualTo("AES, VAES, PCLMUL; not VPCLMUL, AVX-512, SHA");
        assertThat(finding("locked memory").text()).isEqualTo("any amount (CAP_IPC_LOCK)");
    }

    @Test
    void whatAnotherLacksIsSaidWithWhatToDo() throws IOException {
        machine("fpu", "always madvise [never]", NONE, "65536");

        assertAdvice("for ciphers", "none; not AES", "chacha20poly1305");
        assertAdvice("huge pages", "[never]; reserved: 0", "echo madvise >");
        assertAdvice("capabilities", "not root; no CAP_NET_ADMIN", "AmbientCapabilities");
        assertAdvice("locked memory", "65536 bytes", "ulimit -l unlimited");
        assertAdvice("/dev/net/tun", "not there", "modprobe tun");
    }

    private void assertAdvice(String name, String text, String advice) {
        Finding finding = finding(name);
        assertThat(finding.good()).as(name).isFalse();
        assertThat(finding.text()).contains(text);
        assertThat(finding.advice()).hasValueSatisfying(a -> assertThat(a).contains(advice));
    }
}
