package io.esplanade.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

@Timeout(60)
class AgentRunnerTest {

    private static final long SOON = 10_000_000_000L;

    /** Counts its calls; {@link #work} is what it says it has done. */
    private static class Counting implements Agent {
        final AtomicInteger calls = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();
        volatile int work;
        volatile String status = "";

        @Override
        public String roleName() {
            return "counting";
        }

        @Override
        public int doWork() {
            calls.incrementAndGet();
            return work;
        }

        @Override
        public void onClose() {
            closed.incrementAndGet();
        }
    }

    @ParameterizedTest
    @EnumSource
    void cyclesGoOnWhileTheAgentIsIdleAndAreItsCallsInTheEnd(IdleStrategy idle) {
        Counting agent = new Counting();
        AgentRunner runner = new AgentRunner(agent, "test", idle, AgentRunner.ANY_CPU);
        assertThat(runner.isAlive()).isFalse();
        runner.start();
        assertThat(runner.isAlive()).isTrue();
        while (runner.cycles() < 1000) {
            Thread.onSpinWait();
        }

        runner.stop();

        assertThat(runner.join(SOON)).isTrue();
        assertThat(runner.isAlive()).isFalse();
        assertThat(runner.cycles()).isEqualTo(agent.calls.get());
        assertThat(agent.closed).hasValue(1);
    }

    @Test
    void anAgentThatIsStuckIsAliveAndItsCyclesStandStill() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Counting agent =
                new Counting() {
                    @Override
                    public int doWork() {
                        if (super.doWork() >= 0 && calls.get() == 6) {
                            stuck.countDown();
                            await(release);
                        }
                        return 1;
                    }
                };
        AgentRunner runner = new AgentRunner(agent, "test");
        runner.start();
        stuck.await();

        assertThat(runner.isAlive()).isTrue();
        assertThat(runner.cycles()).isEqualTo(5);

        release.countDown();
        runner.stop();
        assertThat(runner.join(SOON)).isTrue();
    }

    @Test
    void anAgentThatThrowsIsClosedAndItsThreadEnds() {
        Counting agent =
                new Counting() {
                    @Override
                    public int doWork() {
                        throw new IllegalStateException("a fault put in by a test");
                    }
                };
        AgentRunner runner = new AgentRunner(agent, "test");
        runner.start();

        assertThat(runner.join(SOON)).isTrue();
        assertThat(runner.isAlive()).isFalse();
        assertThat(agent.closed).hasValue(1);
    }

    @Test
    void aRunnerWithACpuRunsItsAgentThere() {
        int[] cpus = Affinity.cpus();
        int cpu = cpus[cpus.length - 1];
        CountDownLatch ran = new CountDownLatch(1);
        Counting agent =
                new Counting() {
                    @Override
                    public int doWork() {
                        status = AffinityTest.allowedList("thread-self");
                        ran.countDown();
                        return super.doWork();
                    }
                };
        AgentRunner runner = new AgentRunner(agent, "test", IdleStrategy.PARK, cpu);
        runner.start();
        await(ran);
        runner.stop();

        assertThat(runner.join(SOON)).isTrue();
        assertThat(agent.status).isEqualTo("" + cpu);
    }

    @Test
    void aRunnerThatCannotBePinnedSaysSoAtItsStartAndNeverCallsItsAgent() {
        Counting agent = new Counting();
        AgentRunner runner = new AgentRunner(agent, "lane-7", IdleStrategy.BUSY_SPIN, 8191);

        assertThatThrownBy(runner::start)
                .isInstanceOf(OsException.class)
                .hasMessageContaining("thread lane-7 to CPU 8191")
                .hasMessageContaining(Affinity.list(Affinity.cpus()));

        assertThat(runner.join(SOON)).isTrue();
        assertThat(agent.calls).hasValue(0);
        assertThat(agent.closed).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(names = {"BACKOFF", "PARK"})
    void anIdleAgentSleepsAndABusyOneDoesNot(IdleStrategy idle) {
        Counting agent = new Counting();
        agent.work = 1;
        AgentRunner runner = new AgentRunner(agent, "test", idle, AgentRunner.ANY_CPU);
        runner.start();
        neverSleeps(runner);
        agent.work = 0;
        while (!sleeps(runner)) {
            Thread.onSpinWait();
        }
        runner.stop();
        assertThat(runner.join(SOON)).isTrue();
    }

    @Test
    void anAgentThatSpinsNeverSleeps() {
        AgentRunner runner =
                new AgentRunner(
                        new Counting(), "test", IdleStrategy.BUSY_SPIN, AgentRunner.ANY_CPU);
        runner.start();
        neverSleeps(runner);
        runner.stop();
        assertThat(runner.join(SOON)).isTrue();
    }

    private static void neverSleeps(AgentRunner runner) {
        for (long end = runner.cycles() + 10_000; runner.cycles() < end; ) {
            assertThat(sleeps(runner)).isFalse();
        }
    }

    private static boolean sleeps(AgentRunner runner) {
        return ManagementFactory.getThreadMXBean().getThreadInfo(runner.threadId()).getThreadState()
                == Thread.State.TIMED_WAITING;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
