package io.esplanade.gateway.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.esplanade.engine.os.Affinity;
import io.esplanade.engine.os.IdleStrategy;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.LockScope;
import io.esplanade.engine.runtime.config.RuntimeConfig.Numbering;
import io.esplanade.engine.runtime.config.RuntimeConfig.Placement;
import io.esplanade.engine.runtime.config.RuntimeConfig.Threading;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The section {@code runtime}: what depends on the machine, and what it makes. */
final class RuntimeSectionTest {

    private static final int CPU = Affinity.cpus()[0];
    private static final int CPUS = Affinity.cpus().length;

    @TempDir Path directory;

    private Path file(String runtime) throws IOException {
        return Files.writeString(
                directory.resolve("gw.yaml"),
                "runtime: { %s }\nports:\n  lan: { type: pcap, side: protected, write: l.pcap }\n"
                        .formatted(runtime));
    }

    private RuntimeConfig config(String runtime) throws Exception {
        try (Gateway gateway = Gateway.load(file(runtime))) {
            return gateway.runtime();
        }
    }

    private List<String> warnings(String runtime) throws Exception {
        try (Gateway gateway = Gateway.load(file(runtime))) {
            return gateway.warnings().stream().map(w -> w.text("FILE")).toList();
        }
    }

    private String refusal(String runtime) throws IOException {
        Path file = file(runtime);
        RefusedException refused =
                catchThrowableOfType(RefusedException.class, () -> Gateway.load(file).close());
        assertThat(refused).as("it is refused").isNotNull();
        return refused.getMessage().replace(file.toString(), "FILE");
    }

    @Test
    void whatTheFileSaysIsWhatMovesThePackets() throws Exception {
        assertThat(config("")).isEqualTo(RuntimeConfig.DEFAULT);
        assertThat(config("lanes: 2, workers: 3, placement: pinned, threading: shared, idle: park"))
                .isEqualTo(
                        RuntimeConfig.perCore(2)
                                .withWorkers(3)
                                .withPlacement(Placement.PINNED)
                                .withThreading(Threading.SHARED)
                                .withIdle(IdleStrategy.PARK));
        assertThat(config("mode: giant-lock, threads: 2, lock: packet"))
                .isEqualTo(RuntimeConfig.giantLock(2).withScope(LockScope.PACKET));
        assertThat(config("mode: fine-grained, threads: 2, numbering: per-run"))
                .isEqualTo(RuntimeConfig.fineGrained(2).withNumbering(Numbering.PER_RUN));
    }

    @ParameterizedTest
    @CsvSource({"per-core", "giant-lock", "fine-grained"})
    void theThreadsAreKeptOnTheCpusNamed(String mode) throws Exception {
        assertThat(config("mode: " + mode + ", cpus: [" + CPU + "]").cpus()).containsExactly(CPU);
        assertThat(config("mode: " + mode + ", cpus: " + CPU).cpus()).containsExactly(CPU);
    }

    @Test
    void aCpuThatIsNotThereIsRefusedWithThoseThatAre() throws Exception {
        assertThat(refusal("cpus: [8191]"))
                .isEqualTo(
                        """
                        FILE:1:19: error: cpus: there is no CPU 8191 that this process may use
                            remedy: use %s\
                        """
                                .formatted(Affinity.list(Affinity.cpus())));
    }

    @Test
    void eachThreadHasACpuOrNoneHas() throws Exception {
        assertThat(refusal("mode: giant-lock, threads: 3, cpus: [" + CPU + "]"))
                .contains("FILE:1:42: error: there are 3 threads and 1 cpus")
                .contains("remedy: name a CPU for each thread, or leave cpus out");
        assertThat(refusal("workers: 2, threading: dedicated, cpus: [" + CPU + "]"))
                .contains("there are 4 threads and 1 cpus");
    }

    @Test
    void aCpuNamedTwiceIsDoubtful() throws Exception {
        assertThat(warnings("lanes: 2, cpus: [%d, %d]".formatted(CPU, CPU)))
                .singleElement()
                .asString()
                .contains("warning: cpus: CPU " + CPU + " is named twice");
    }

    @Test
    void threadsThatSpinOnTooFewCpusAreDoubtful() throws Exception {
        assertThat(warnings("lanes: %d, idle: busy-spin".formatted(CPUS))).isEmpty();
        assertThat(warnings("lanes: %d, idle: busy-spin".formatted(CPUS + 1)))
                .containsExactly(
                        """
                        FILE:1:22: warning: %d threads that spin on %d CPUs keep each other from working
                            remedy: use no more threads than CPUs, or idle: backoff\
                        """
                                .formatted(CPUS + 1, CPUS));
    }

    @Test
    void threadsThatNoPortHasAQueueForAreDoubtful() throws Exception {
        assertThat(warnings("mode: fine-grained, threads: 3"))
                .containsExactly(
                        """
                        FILE:1:1: warning: of 3 threads 2 will have nothing to do: no port has more than 1 receive queue
                            remedy: use threads: 1, or a port with more queues\
                        """);
        assertThat(warnings("lanes: 3")).as("lanes have SAs to work on").isEmpty();
    }

    @Test
    void theSummarySaysInWhoseMannerItRuns() throws Exception {
        assertThat(summary("lanes: 2, workers: 2"))
                .isEqualTo("runtime per-core: 2 lanes of 2 workers on 4 threads");
        assertThat(summary("mode: giant-lock, threads: 2"))
                .isEqualTo(
                        "runtime giant-lock, in the manner of KAME: 2 threads, one lock held for a"
                                + " drain");
        assertThat(summary("mode: fine-grained, numbering: per-run"))
                .isEqualTo(
                        "runtime fine-grained, in the manner of FAST_IPSEC: 1 thread, numbered per"
                                + " run");
    }

    private String summary(String runtime) throws Exception {
        try (Gateway gateway = Gateway.load(file(runtime))) {
            return gateway.summary().getLast();
        }
    }
}
