package io.esplanade.bench.linerate;

import io.esplanade.bench.race.Machine;
import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.ProgressLine;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.Side;

import java.io.IOException;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * A test of what is between two interfaces.
 *
 * @param label what is tested, for the report
 * @param type of the ports, such as {@code af-packet}
 * @param send name of the interface that packets leave by
 * @param receive name of the interface that they come back by
 * @param gateway MAC of who is to forward them
 * @param from source address of the packets
 * @param to their destination, which the last gateway has on the link to {@code receive}
 * @param most packets per second to try at most
 * @param millis how long a trial sends
 * @param processes whose CPU time is of interest
 */
public record LineRate(
        String label,
        String type,
        String send,
        String receive,
        long gateway,
        Inet4Address from,
        Inet4Address to,
        double most,
        long millis,
        List<ProcessHandle> processes) {

    private static final int FLOWS = 256;

    /** For how long who is tested gets packets before it counts, ms: the JIT's, in a gateway. */
    private static final long WARM_UP = 5_000;

    /** The keywords of all packet sizes. */
    public static List<String> sizes() {
        return PacketSize.keywords();
    }

    /**
     * Measures with each of {@code sizes}.
     *
     * @return the figures, for JSON
     * @throws IOException if an interface cannot be opened: the message says what to do
     * @throws IllegalArgumentException if there is no such port type or size
     */
    public Map<String, Object> run(List<String> sizes, ProgressLine progress)
            throws IOException, InterruptedException {
        List<PacketSize> all = sizes.stream().map(PacketSize::of).toList();
        Port out = port(send);
        Port in = port(receive);
        List<Object> measurements = new ArrayList<>();
        try (Tester tester = new Tester(out, in, this::frames, processes)) {
            tester.run(all.getFirst(), most, Math.max(millis, WARM_UP));
            for (PacketSize size : all) {
                Measurement found = Measurement.of(tester, size, most, millis, progress);
                progress.print(label + ": " + found.text());
                measurements.add(found.toMap());
            }
        }
        return Json.object(
                "label", label,
                "machine", Machine.here().toMap(),
                "millis", millis,
                "measurements", measurements);
    }

    private Frames frames(long own) {
        return new Frames(gateway, own, from, to, FLOWS);
    }

    private Port port(String device) {
        for (PortFactory factory : ServiceLoader.load(PortFactory.class)) {
            if (factory.type().equals(type)) {
                Map<String, String> options = Map.of("device", device);
                return factory.create(new PortSpec(device, type, Side.PROTECTED, 0, options));
            }
        }
        throw new IllegalArgumentException("there is no port type " + type);
    }
}
