package io.esplanade.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

class AffinityTest {

    /** Runs each task on a thread of its own, so that no test's own thread is pinned. */
    private final Executor newThread = task -> new Thread(task, "to-be-pinned").start();

    @Test
    void theProcessMayUseTheCpusTheKernelSaysItMay() {
        assertThat(Affinity.list(Affinity.cpus())).endsWith(" " + allowedList("self"));
    }

    @Test
    void aPinnedThreadMayRunOnItsCpuOnlyAndOthersWhereTheyCouldBefore() {
        int[] before = Affinity.cpus();
        List<String> lists =
                CompletableFuture.supplyAsync(() -> pinToEach(before), newThread).join();

        for (int i = 0; i < before.length; i++) {
            assertThat(lists.get(i)).isEqualTo("" + before[i]);
        }
        assertThat(Affinity.cpus()).isEqualTo(before);
        assertThat(Affinity.list(before)).endsWith(" " + allowedList("thread-self"));
    }

    private static List<String> pinToEach(int[] cpus) {
        List<String> lists = new ArrayList<>();
        for (int cpu : cpus) {
            Affinity.pin(cpu);
            lists.add(allowedList("thread-self"));
        }
        return lists;
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, 8191, 8192, Integer.MAX_VALUE})
    void aCpuThatMayNotBeUsedIsRefusedNamingThoseThatMay(int cpu) {
        CompletableFuture<String> stays =
                CompletableFuture.supplyAsync(
                        () -> {
                            assertThatThrownBy(() -> Affinity.pin(cpu))
                                    .isInstanceOf(OsException.class)
                                    .hasMessageContaining("thread to-be-pinned to CPU " + cpu)
                                    .hasMessageContaining(Affinity.list(Affinity.cpus()) + ";");
                            return allowedList("thread-self");
                        },
                        newThread);
        assertThat(stays.join()).isEqualTo(allowedList("self"));
    }

    @Test
    void listsOfCpusAreWrittenAsTheKernelWritesThem() {
        assertThat(Affinity.list(5)).isEqualTo("CPU 5");
        assertThat(Affinity.list(0, 1)).isEqualTo("CPUs 0-1");
        assertThat(Affinity.list(0, 2, 3, 4, 9)).isEqualTo("CPUs 0,2-4,9");
    }

    /** What the kernel says of {@code /proc/}{@code who}. */
    static String allowedList(String who) {
        String key = "Cpus_allowed_list:";
        try {
            return Files.readAllLines(Path.of("/proc", who, "status")).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(key.length()).strip())
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
