package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * A port without a wire, with any number of queues: receiving copies the next packet of the queue's
 * flows into an mbuf, transmitting shows the packet to the queue's sink and frees the mbuf. What a
 * gateway costs between the two is its own.
 */
public final class GeneratorPort implements Port {

    private final String name;
    private final Side side;
    private final IntFunction<RxQueueMaker> receivers;
    private final IntFunction<Sink> sinks;
    private final Tally[] sent;

    /** Makes a receive queue when the engine asks for it. */
    @FunctionalInterface
    private interface RxQueueMaker {
        RxQueue with(MbufSource source);
    }

    private GeneratorPort(
            String name,
            Side side,
            int queues,
            IntFunction<RxQueueMaker> receivers,
            IntFunction<Sink> sinks) {
        this.name = name;
        this.side = side;
        this.receivers = receivers;
        this.sinks = sinks;
        sent = new Tally[queues];
        for (int q = 0; q < queues; q++) {
            sent[q] = new Tally();
        }
    }

    /** A port that receives as much as is taken from it. */
    public static GeneratorPort saturated(String name, Side side, int queues, Flows flows) {
        return new GeneratorPort(
                name,
                side,
                queues,
                q -> source -> new SaturatedQueue(flows, q, source),
                q -> GeneratorPort::ignore);
    }

    /** A port that receives {@code perSecond} packets a second, all queues together. */
    public static GeneratorPort paced(
            String name, Side side, int queues, Flows flows, double perSecond, Clock clock) {
        return new GeneratorPort(
                name,
                side,
                queues,
                q -> source -> new PacedQueue(flows, q, source, perSecond / queues, clock),
                q -> GeneratorPort::ignore);
    }

    /** A port that receives nothing and shows each queue's packets to a sink. */
    public static GeneratorPort sink(
            String name, Side side, int queues, IntFunction<? extends Sink> sinks) {
        return new GeneratorPort(
                name, side, queues, q -> source -> new SilentQueue(), sinks::apply);
    }

    /** A port that receives nothing and only counts. */
    public static GeneratorPort sink(String name, Side side, int queues) {
        return sink(name, side, queues, q -> GeneratorPort::ignore);
    }

    /** A receive queue in which nothing ever arrives. */
    private static final class SilentQueue implements RxQueue {
        @Override
        public int receive(Burst burst, int max) {
            return 0;
        }

        @Override
        public boolean ready() {
            return false;
        }
    }

    private static void ignore(Burst burst, int n) {
        // Counting is enough.
    }

    /** How many packets it has transmitted; any thread. */
    public long sent() {
        long sum = 0;
        for (Tally queue : sent) {
            sum += queue.value();
        }
        return sum;
    }

    /** How many packets queue {@code queue} has transmitted; any thread. */
    public long sent(int queue) {
        return sent[queue].value();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Side side() {
        return side;
    }

    @Override
    public LinkType linkType() {
        return LinkType.RAW_IP;
    }

    @Override
    public int mtu() {
        return 1500;
    }

    @Override
    public int rxQueues() {
        return sent.length;
    }

    @Override
    public int txQueues() {
        return sent.length;
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.noneOf(Capability.class);
    }

    @Override
    public void attach(MbufPool pool) {
        // Nothing is opened.
    }

    @Override
    public RxQueue rxQueue(int index, MbufSource source) {
        return receivers.apply(index).with(source);
    }

    @Override
    public TxQueue txQueue(int index, MbufSource home) {
        Sink sink = sinks.apply(index);
        Tally tally = sent[index];
        return (burst, n) -> {
            sink.take(burst, n);
            for (int i = 0; i < n; i++) {
                home.free(burst.get(i));
            }
            tally.add(n);
            return n;
        };
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
