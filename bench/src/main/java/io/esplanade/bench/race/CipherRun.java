package io.esplanade.bench.race;

import io.esplanade.bench.bed.CipherLoop;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.Tally;
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
final class CipherRun implements Trial {

    private final Request request;
    private final CryptoProvider provider;
    private final List<Runner> runners = new ArrayList<>();
    private final List<Slice> slices = new ArrayList<>();
    private volatile boolean ended;

    CipherRun(Request request) throws CryptoException, InterruptedException {
        this.request = request;
        Setting setting = request.setting();
        provider = Providers.find(setting.provider());
        CountDownLatch ready = new CountDownLatch(setting.threads());
        for (int i = 0; i < setting.threads(); i++) {
            runners.add(new Runner(request.cpu(i), ready));
        }
        runners.forEach(Thread::start);
        ready.await();
    }

    @Override
    public void work(long millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    @Override
    public Slice slice(long millis) throws InterruptedException {
        slices.add(Slice.of(this::packets, millis));
        return slices.getLast();
    }

    private long packets() {
        return runners.stream().mapToLong(r -> r.packets.value()).sum();
    }

    @Override
    public RunResult end() throws InterruptedException {
        ended = true;
        for (Runner runner : runners) {
            runner.join();
        }
        return RunResult.of(request, slices, Map.of("provider", provider.description()));
    }

    private final class Runner extends Thread {
        private final int cpu;
        private final CountDownLatch ready;
        private final Tally packets = new Tally();

        Runner(int cpu, CountDownLatch ready) {
            super("cipher-" + cpu);
            this.cpu = cpu;
            this.ready = ready;
        }

        @Override
        public void run() {
            Affinity.pin(cpu);
            Setting setting = request.setting();
            int bytes = setting.size().shortest();
            try (CipherLoop cipher = new CipherLoop(provider, bytes, setting.burst())) {
                ready.countDown();
                while (!ended) {
                    packets.add(cipher.run());
                }
            } catch (CryptoException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
