package io.esplanade.engine.os;

import static io.esplanade.ffi.linux.linux.EFD_CLOEXEC;
import static io.esplanade.ffi.linux.linux.EFD_NONBLOCK;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.ffi.linux.Syscalls;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** Threads that would sleep for an hour: a wake that was lost is noticed. */
class PollerTest {

    private static final long SOON = 10_000_000_000L;
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final int[] NONE = {};

    private final List<AgentRunner> runners = new ArrayList<>();
    private final List<Poller> pollers = new ArrayList<>();
    private final Arena arena = Arena.ofShared();
    private final int eventfd = Syscalls.eventfd(0, EFD_NONBLOCK() | EFD_CLOEXEC());

    @AfterEach
    void close() {
        runners.forEach(AgentRunner::stop);
        for (AgentRunner runner : runners) {
            assertThat(runner.join(SOON)).as("its thread ends").isTrue();
        }
        pollers.forEach(Poller::close);
        Syscalls.close(eventfd);
        arena.close();
    }

    private AgentRunner start(Poller poller, IntSupplier work) {
        Agent agent =
                new Agent() {
                    @Override
                    public String roleName() {
                        return "test";
                    }

                    @Override
                    public int doWork() {
                        return work.getAsInt();
                    }
                };
        pollers.add(poller);
        AgentRunner runner =
                new AgentRunner(agent, "test", IdleStrategy.BACKOFF, AgentRunner.ANY_CPU, poller);
        runners.add(runner);
        runner.start();
        return runner;
    }

    private MemorySegment one() {
        return arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
    }

    @Test
    void whatIsGivenToASleeperIsFoundAtOnceHoweverOftenAndAtWhichMoment() {
        AtomicInteger ball = new AtomicInteger();
        Poller evens = new Poller(NONE, true, 0, HOUR);
        Poller odds = new Poller(NONE, true, 0, HOUR);
        start(evens, () -> play(ball, 0, odds));
        start(odds, () -> play(ball, 1, evens));

        await(() -> ball.get() == 20_000);
    }

    private static int play(AtomicInteger ball, int parity, Poller other) {
        int now = ball.get();
        if (now % 2 != parity || now >= 20_000) {
            return 0;
        }
        ball.setPlain(now + 1);
        other.wake();
        return 1;
    }

    @Test
    void aDescriptorThatBecomesReadableEndsTheSleep() {
        MemorySegment read = arena.allocate(Long.BYTES);
        AtomicInteger found = new AtomicInteger();
        start(
                new Poller(new int[] {eventfd}, true, 0, HOUR),
                () -> {
                    int times = Syscalls.read(eventfd, read, Long.BYTES) > 0 ? 1 : 0;
                    found.addAndGet(times);
                    return times;
                });

        for (int i = 1; i <= 1000; i++) {
            Syscalls.write(eventfd, one(), Long.BYTES);
            int count = i;
            await(() -> found.get() == count);
        }
    }

    /** The kernel would let it sleep for an hour. */
    @Test
    void whoHasSomethingToDoAtATimeSleepsNoLonger() {
        Poller poller = new Poller(NONE, true, 0, HOUR);
        pollers.add(poller);
        Agent punctual =
                new Agent() {
                    @Override
                    public String roleName() {
                        return "punctual";
                    }

                    @Override
                    public int doWork() {
                        return 0;
                    }

                    @Override
                    public long idleLimit() {
                        return 200_000;
                    }
                };
        AgentRunner runner =
                new AgentRunner(
                        punctual, "test", IdleStrategy.BACKOFF, AgentRunner.ANY_CPU, poller);
        runners.add(runner);
        runner.start();

        await(() -> runner.cycles() > 100);
    }

    @Test
    void stoppingEndsTheSleep() {
        AgentRunner runner = start(new Poller(NONE, true, 0, HOUR), () -> 0);
        awaitCycles(runner, 2); // the next thing that it does is to sleep

        runner.stop();

        assertThat(runner.join(SOON)).isTrue();
    }

    @Test
    void aDescriptorThatIsReadyAndBringsNothingCostsNoCpu() {
        Syscalls.write(eventfd, one(), Long.BYTES); // and nobody reads it
        AgentRunner runner = start(new Poller(new int[] {eventfd}, true, 0, HOUR), () -> 0);
        awaitCycles(runner, 50); // naps are long by now
        long begin = System.nanoTime();

        awaitCycles(runner, 150);

        assertThat(System.nanoTime() - begin).isGreaterThan(50 * 900_000L);
    }

    @Test
    void whereDescriptorsDoNotTellOfEverythingItLooksAThousandTimesASecond() {
        AgentRunner runner = start(new Poller(new int[] {eventfd}, false, 0, HOUR), () -> 0);

        awaitCycles(runner, 100);
    }

    private static void awaitCycles(AgentRunner runner, long cycles) {
        await(() -> runner.cycles() >= cycles);
    }

    private static void await(BooleanSupplier done) {
        long deadline = System.nanoTime() + 2 * SOON;
        while (!done.getAsBoolean()) {
            Thread.onSpinWait();
            assertThat(System.nanoTime() - deadline).as("ns over time").isNegative();
        }
    }

    @Test
    void itLeavesNoDescriptorBehind() throws Exception {
        long before = openFiles();
        for (int i = 0; i < 100; i++) {
            Poller poller = new Poller(new int[] {eventfd}, true, true);
            poller.close();
            poller.close();
        }
        assertThat(openFiles()).isLessThan(before + 50);
    }

    private static long openFiles() throws Exception {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
