package io.esplanade.bench.race;

import io.esplanade.bench.bed.CipherLoop;
import io.esplanade.bench.bed.Providers;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.os.Affinity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The machine's ceiling: N pinned threads, each with bursts of the cipher over buffers of its own.
 * What N of them do more than one is all that any design could gain here.
 */
final class CipherRun {

    private final Request request;
    private final Setting setting;
    private final CryptoProvider provider;
    private volatile boolean counting;
    private volatile boolean ended;

    CipherRun(Request request) throws CryptoException {
        this.request = request;
        setting = request.setting();
        provider = Providers.find(setting.provider());
    }

    RunResult measure() throws Exception {
        List<Runner> runners = new ArrayList<>();
        CountDownLatch ready = new CountDownLatch(setting.threads());
        for (int i = 0; i < setting.threads(); i++) {
            Runner runner = new Runner(request.cpu(i), ready);
            runner.start();
            runners.add(runner);
        }
        ready.await();
        Thread.sleep(request.timing().warmUpMillis());
        counting = true;
        Thread.sleep(request.timing().measuredMillis());
        ended = true;
        double perSecond = 0;
        for (Runner runner : runners) {
            runner.join();
            perSecond += runner.packets * 1e9 / runner.nanos;
        }
        long nanos = request.timing().measuredMillis() * 1_000_000L;
        return new RunResult(
                setting,
                (long) (perSecond * nanos / 1e9),
                0,
                nanos,
                List.of(),
                Map.of(),
                Map.of(),
                List.of(),
                Map.of("provider", provider.description()));
    }

    private final class Runner extends Thread {
        private final int cpu;
        private final CountDownLatch ready;
        private long packets;
        private long nanos;

        Runner(int cpu, CountDownLatch ready) {
            super("cipher-" + cpu);
            this.cpu = cpu;
            this.ready = ready;
        }

        @Override
        public void run() {
            Affinity.pin(cpu);
            int bytes = setting.size().shortest();
            try (CipherLoop cipher = new CipherLoop(provider, bytes, setting.burst())) {
                ready.countDown();
                while (!counting) {
                    cipher.run();
                }
                long start = System.nanoTime();
                while (!ended) {
                    packets += cipher.run();
                }
                nanos = System.nanoTime() - start;
            } catch (CryptoException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
