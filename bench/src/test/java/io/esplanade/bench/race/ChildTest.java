package io.esplanade.bench.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class ChildTest {

    private static final Timing SHORT = new Timing(100, 20, 50, 2);

    private static Request request(Setting setting) {
        return new Request(setting, SHORT, Machine.here().cpus(), 1);
    }

    private static Setting small(Contender contender, int threads) {
        return Setting.of(contender, threads)
                .with(FrameSize.B64)
                .withProvider(Providers.NULL)
                .withSas(4);
    }

    /** Two slices in this JVM. */
    private static RunResult measure(Setting setting) throws Exception {
        Trial trial = Trial.of(request(setting));
        trial.slice(50);
        trial.work(10);
        trial.slice(50);
        return trial.end();
    }

    /** The letter that says what a process does, proc(5): T is stopped. */
    private static char state(ProcessHandle process) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }

    private static Duration cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseThrow();
    }

    @Test
    void aJvmOfItsOwnMeasuresOneSettingSliceBySlice() throws Exception {
        ProcessHandle process;
        try (Child child = Child.start(request(small(Contender.PER_CORE, 1)))) {
            process = child.process();
            child.slice();
            child.slice();
            RunResult result = child.end();
            assertThat(result.slices()).hasSize(2).allMatch(s -> s.packets() > 0);
            assertThat(result.heat()).isEqualTo(1);
            assertThat(result.used().threads()).hasSize(1);
            assertThat(result.texts()).containsKey("provider");
            assertThat(result.figures().get(RaceRun.WARM_UP)).isGreaterThanOrEqualTo(100);
        }
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void aStoppedChildUsesNoCpuAndGoesOnAfterwards() throws Exception {
        ProcessHandle process;
        try (Child child = Child.start(request(small(Contender.PER_CORE, 1)))) {
            process = child.process();
            child.stop();
            await(() -> state(process) == 'T');
            Duration before = cpu(process);
            try (Child other = Child.start(request(small(Contender.PER_CORE, 1)))) {
                other.slice();
            }
            assertThat(cpu(process)).isEqualTo(before);
            child.resume();
            child.slice();
            child.stop(); // and is killed while it is stopped
        }
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void aJvmThatFailsSaysWhy() {
        Setting unknown = small(Contender.PER_CORE, 1).withProvider("no-such-provider");
        assertThatThrownBy(() -> Child.start(request(unknown)))
                .isInstanceOf(Racer.FailedException.class)
                .hasMessageContaining("no-such-provider");
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    void aJvmThatIsKilledFails() throws Exception {
        try (Child child = Child.start(request(small(Contender.PER_CORE, 1)))) {
            child.process().destroyForcibly();
            assertThatThrownBy(child::slice).isInstanceOf(Racer.FailedException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "INT", "TERM"})
    void childrenDieWithTheirParentEvenWhileTheyAreStopped(String signal) throws Exception {
        Process parent =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Parent.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader said = parent.inputReader()) {
            ProcessHandle stopped = process(said.readLine());
            ProcessHandle working = process(said.readLine());
            try {
                await(() -> state(stopped) == 'T');
                new ProcessBuilder("kill", "-" + signal, "" + parent.pid()).start().waitFor();
                CompletableFuture.allOf(stopped.onExit(), working.onExit())
                        .get(20, TimeUnit.SECONDS);
            } finally {
                stopped.destroyForcibly();
                working.destroyForcibly();
            }
        } finally {
            parent.destroyForcibly();
        }
    }

    private static ProcessHandle process(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    /** A race's process with one stopped child and one that works. */
    static final class Parent {
        public static void main(String[] args) throws Exception {
            Child stopped = Child.start(request(small(Contender.PER_CORE, 1)));
            stopped.stop();
            Child working = Child.start(request(small(Contender.PER_CORE, 1)));
            System.out.println(stopped.process().pid());
            System.out.println(working.process().pid());
            Thread.currentThread().join(); // for ever
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Contender.class,
            names = {"CIPHER_ALONE", "HAND_OVER"},
            mode = EnumSource.Mode.EXCLUDE)
    void everyDesignForwardsInOrderAndLosesNothing(Contender contender) throws Exception {
        RunResult result = measure(small(contender, 2));
        assertThat(result.slices()).hasSize(2).allMatch(s -> s.packets() > 0);
        assertThat(result.figures())
                .containsEntry("lost", 0.0)
                .containsEntry("mbufs-in-use", 0.0)
                .containsEntry("order-violations", 0.0);
        assertThat(result.used().counter("encrypted-packets")).isPositive();
    }

    @Test
    void whatIsUsedIsUsedInTheSlices() throws Exception {
        RunResult result = measure(small(Contender.PER_CORE, 1));
        long packets = result.slices().stream().mapToLong(Slice::packets).sum();
        long nanos = result.slices().stream().mapToLong(Slice::nanos).sum();
        assertThat(result.used().packets()).isGreaterThanOrEqualTo(packets);
        assertThat(result.used().nanos()).isGreaterThanOrEqualTo(nanos);
        assertThat(result.used().threads()).hasSize(1);
        assertThat(result.used().threads().getFirst().cpuNanos()).isPositive();
    }

    @Test
    void latencyIsOfPacketsAtTheOfferedLoad() throws Exception {
        Setting setting = small(Contender.PER_CORE, 1).with(Look.LATENCY).withLoad(10_000);
        RunResult result = measure(setting);
        assertThat(result.latency()).isNotEmpty();
        assertThat(result.latency())
                .extracting(RunResult.Percentile::nanos)
                .isSorted()
                .allMatch(nanos -> nanos > 0);
    }

    @Test
    void everyStageHasACost() throws Exception {
        Setting setting = small(Contender.RINGLESS, 1).with(Look.STAGES);
        assertThat(measure(setting).figures())
                .containsKeys(
                        List.of("receive", "ingress", "esp", "cipher", "egress", "transmit")
                                .stream()
                                .map("stage-"::concat)
                                .toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource(
            value = Contender.class,
            names = {"CIPHER_ALONE", "HAND_OVER"})
    void ceilingAndHandOverAreMeasuredWithoutAGateway(Contender contender) throws Exception {
        RunResult result = measure(small(contender, 2));
        assertThat(result.slices()).hasSize(2).allMatch(s -> s.packets() > 0);
        assertThat(result.used()).isEqualTo(Usage.NONE);
    }
}
