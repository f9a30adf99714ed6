package io.esplanade.bench;

import io.esplanade.bench.race.Machine;
import io.esplanade.bench.wire.Wire;
import io.esplanade.engine.crypto.CryptoException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.List;

/** {@code esplanade bench wire}. */
@Command(
        name = "wire",
        header = "Measures two gateways over a veth pair, from memory to memory, a core each.",
        synopsisHeading = "%nUsage: ",
        descriptionHeading = "%n",
        description = {
            "Gateway A encrypts and sends, B receives and decrypts, by ports of one type on the two"
                + " ends of a veth pair: AES-128-GCM with ESN and replay window, one SA, 256 flows."
                + " Next to it the same two gateways without encryption, and two threads of plain C"
                + " on AF_XDP sockets that only copy, send and receive. They take turns.",
            "",
            "Needs root, and two cores; do nothing else on the machine meanwhile. Figures are"
                    + " medians over the turns; CPU time is that of the thread, and on A it has in"
                    + " it what the kernel does to bring the packet to B."
        },
        optionListHeading = "%nOptions:%n")
final class BenchWire extends BenchVerb {

    private static final List<String> SIZES = List.of("64", "512", "1400");

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "af-xdp",
            description = "The ports' type: af-xdp or af-packet. Default: ${DEFAULT-VALUE}.")
    private String type;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            split = ",",
            defaultValue = "64,1400",
            description = "Of the inner packet: 64, 512, 1400. Default: ${DEFAULT-VALUE}.")
    private List<String> sizes;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            defaultValue = "openssl",
            description = "openssl, ipsec-mb, or null. Default: ${DEFAULT-VALUE}.")
    private String provider;

    @Option(
            names = "--turns",
            paramLabel = "NUMBER",
            defaultValue = "5",
            description = "How often each is measured. Default: ${DEFAULT-VALUE}.")
    private int turns;

    @Option(
            names = "--millis",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "How long each time. Default: ${DEFAULT-VALUE}.")
    private int millis;

    @Override
    public Integer call() throws IOException, InterruptedException, CryptoException {
        requireProvider(provider);
        require(SIZES.containsAll(sizes), "--size: there are " + SIZES);
        require(turns > 0 && millis > 0, "--turns and --millis: at least 1");
        new Wire(type, sizes, provider, turns, millis, Machine.here().cpus())
                .run(System.out::println);
        return 0;
    }
}
