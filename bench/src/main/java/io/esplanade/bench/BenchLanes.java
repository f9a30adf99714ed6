package io.esplanade.bench;

import io.esplanade.bench.lanes.Lanes;
import io.esplanade.bench.race.Machine;
import io.esplanade.bench.text.Json;
import io.esplanade.engine.mbuf.Burst;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code esplanade bench lanes}. */
@Command(
        name = "lanes",
        header = "Measures what a whole lane costs per packet, next to its floor.",
        synopsisHeading = "%nUsage: ",
        descriptionHeading = "%n",
        description = {
            "A gateway's lane encrypts, and another decrypts, from memory to memory, on one core:"
                + " AES-128-GCM with ESN and replay window, 256 flows on one SA, and 1,000 SAs each"
                + " with a key and a flow of its own. The floor is the cryptography alone: the"
                + " faster of a C loop and one call of the provider for each burst, with the same"
                + " keys, over the same mbufs in the same shuffled order. Lane and floors take"
                + " turns of some ms in one process.",
            "",
            "Takes two minutes; do nothing else on the machine meanwhile.",
            "",
            "Figures are medians, in ns of CPU time per packet; of the difference within a turn,"
                    + " with quartiles. Elapsed is what the lane took by the clock on the wall, and"
                    + " /encr. how many times as much a decrypting lane takes as an encrypting one."
        },
        optionListHeading = "%nOptions:%n")
final class BenchLanes extends BenchVerb {

    private static final List<String> DEFAULT_PROVIDERS = List.of("openssl", "ipsec-mb");
    private static final List<Integer> SIZES = List.of(64, 512, 1400);
    private static final int LEAST_MBUFS = 256;
    private static final int MOST_SAS = 65_536;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            split = ",",
            description =
                    "openssl, ipsec-mb, or null for a cipher that costs nothing. Default: openssl,"
                            + " and ipsec-mb where there is one.")
    private List<String> providers;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            split = ",",
            defaultValue = "64,512,1400",
            description = "Of the inner packet: 64, 512, 1400.")
    private List<Integer> sizes;

    @Option(
            names = "--sas",
            paramLabel = "NUMBER",
            split = ",",
            defaultValue = "1,1000",
            description = "How many SAs. Default: ${DEFAULT-VALUE}.")
    private List<Integer> sas;

    @Option(
            names = "--mbufs",
            paramLabel = "NUMBER",
            defaultValue = "" + Lanes.MBUFS,
            description =
                    "How many mbufs are in use in turn: by default more than an L2 cache holds;"
                            + " with 256 they stay there.")
    private int mbufs;

    @Option(
            names = "--jvms",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description =
                    "How many JVMs measure each lane; the one with the median counts. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int jvms;

    @Option(
            names = "--millis",
            paramLabel = "MS",
            defaultValue = "2000",
            description = "How long each is measured. Default: ${DEFAULT-VALUE}.")
    private int millis;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Leave all figures in this file too.")
    private Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        Lanes lanes = new Lanes(providers, sizes, sas, mbufs, jvms, millis);
        List<Object> results = lanes.run(System.out::println);
        if (json != null) {
            Object all = Json.object("machine", Machine.here().toMap(), "lanes", results);
            Files.writeString(json, Json.indented(all) + "\n");
        }
        return 0;
    }

    private void check() {
        if (providers == null) {
            providers = DEFAULT_PROVIDERS.stream().filter(name -> whyNot(name) == null).toList();
        }
        for (String provider : providers) {
            requireProvider(provider);
        }
        require(SIZES.containsAll(sizes), "--size: there are " + SIZES);
        require(
                mbufs >= LEAST_MBUFS && mbufs % Burst.DEFAULT_SIZE == 0,
                "--mbufs: at least %d, in bursts of %d".formatted(LEAST_MBUFS, Burst.DEFAULT_SIZE));
        require(sas.stream().allMatch(n -> n > 0 && n <= MOST_SAS), "--sas: 1 to " + MOST_SAS);
        require(jvms > 0 && jvms % 2 == 1, "--jvms: an odd number");
        require(millis > 0, "--millis: at least 1");
    }
}
