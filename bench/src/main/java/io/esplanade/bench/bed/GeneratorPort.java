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
import java.util.function.Function;
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
    private final IntFunction<TxQueueMaker> transmitters;
    private final Tally[] sent;

    /** Makes a receive queue when the engine asks for it. */
    @FunctionalInterface
    private interface RxQueueMaker {
        RxQueue with(MbufSource source);
    }

    /** Makes a transmit queue when the engine asks for it. */
    @FunctionalInterface
    private interface TxQueueMaker {
        TxQueue with(MbufSource home, Tally sent);
    }

    private GeneratorPort(
            String name,
            Side side,
            int queues,
            IntFunction<RxQueueMaker> receivers,
            IntFunction<TxQueueMaker> transmitters) {
        this.name = name;
        this.side = side;
        this.receivers = receivers;
        this.transmitters = transmitters;
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
                _ -> queue(GeneratorPort::ignore));
    }

    /** A port that receives {@code perSecond} packets a second, all queues together. */
    public static GeneratorPort paced(
            String name, Side side, int queues, Flows flows, double perSecond, Clock clock) {
        return new GeneratorPort(
                name,
                side,
                queues,
                q -> source -> new PacedQueue(flows, q, source, perSecond / queues, clock),
                _ -> queue(GeneratorPort::ignore));
    }

    /** A port with one queue, which receives what {@code load} says. */
    public static GeneratorPort offered(String name, Side side, OfferedLoad load) {
        return new GeneratorPort(
                name, side, 1, _ -> load::queue, _ -> queue(GeneratorPort::ignore));
    }

    /** A port that receives nothing and shows each queue's packets to a sink. */
    public static GeneratorPort sink(
            String name, Side side, int queues, IntFunction<? extends Sink> sinks) {
        return new GeneratorPort(
                name, side, queues, _ -> _ -> new SilentQueue(), q -> queue(sinks.apply(q)));
    }

    /** A port that receives nothing and only counts. */
    public static GeneratorPort sink(String name, Side side, int queues) {
        return sink(name, side, queues, q -> GeneratorPort::ignore);
    }

    /**
     * A port with one queue, in which {@code feed} has always another packet, and which brings the
     * lane's mbufs into {@code order} before the first.
     */
    public static GeneratorPort fed(String name, Side side, Feed feed, MbufOrder order) {
        return new GeneratorPort(
                name,
                side,
                1,
                _ -> source -> new FedQueue(feed, source, order),
                _ -> queue(GeneratorPort::ignore));
    }

    /**
     * A port with one queue, which receives nothing and only counts, and frees a packet when so
     * many others were sent behind it.
     */
    public static GeneratorPort holding(String name, Side side, int held) {
        return new GeneratorPort(
                name,
                side,
                1,
                _ -> _ -> new SilentQueue(),
                _ -> (home, sent) -> new HoldingQueue(held, home, sent));
    }

    /** A port with one queue, which receives what {@code receiver} does. */
    public static GeneratorPort receiving(
            String name, Side side, Function<MbufSource, RxQueue> receiver) {
        return new GeneratorPort(
                name, side, 1, _ -> receiver::apply, _ -> queue(GeneratorPort::ignore));
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
        return transmitters.apply(index).with(home, sent[index]);
    }

    /** Queues that show a packet to {@code sink} and free it at once. */
    private static TxQueueMaker queue(Sink sink) {
        return (home, sent) ->
                (burst, n) -> {
                    sink.take(burst, n);
                    for (int i = 0; i < n; i++) {
                        home.free(burst.get(i));
                    }
                    sent.add(n);
                    return n;
                };
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
