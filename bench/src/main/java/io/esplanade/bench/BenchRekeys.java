package io.esplanade.bench;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.bench.race.Machine;
import io.esplanade.bench.rekeys.RekeyResult;
import io.esplanade.bench.rekeys.RekeyRun;
import io.esplanade.bench.text.Json;
import io.esplanade.engine.WarmUp;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** {@code esplanade bench rekeys}. */
@Command(
        name = "rekeys",
        header = "Changes keys under load and sees whether a packet is lost or overtaken.",
        synopsisHeading = "%nUsage: ",
        descriptionHeading = "%n",
        description = {
            "Two gateways with a lane each, in one process, joined by a cable in memory. First the"
                + " rate is searched for at which they lose nothing: packets arrive at even"
                + " intervals in a queue that holds --room of them. What short trials find must"
                + " then be carried for a minute, as RFC 2544 asks, or a lower rate is taken. A"
                + " part of it is offered while both gateways' keys are changed again and again:"
                + " the new inbound SA, the new outbound SA, the old ones removed; and for"
                + " comparison as long without. The first ten do not count, but are told: code that"
                + " no packet took before is compiled at them, which keeps packets waiting.",
            "",
            "Takes two minutes; do nothing else on the machine meanwhile. The exit code is 1 if a"
                    + " packet was lost or out of order within its flow."
        },
        optionListHeading = "%nOptions:%n")
final class BenchRekeys extends BenchVerb {

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            defaultValue = "openssl",
            description = "openssl or ipsec-mb. Default: ${DEFAULT-VALUE}.")
    private String provider;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "512",
            description = "Of the inner packets: 64, 512, 1400, imix. Default: ${DEFAULT-VALUE}.")
    private String size;

    @Option(
            names = "--room",
            paramLabel = "PACKETS",
            defaultValue = "16384",
            description = "How many packets may wait where they arrive. Default: ${DEFAULT-VALUE}.")
    private int room;

    @Option(
            names = "--rekeys",
            paramLabel = "NUMBER",
            defaultValue = "50",
            description = "How many. Default: ${DEFAULT-VALUE}.")
    private int rekeys;

    @Option(
            names = "--load",
            paramLabel = "PERCENT",
            defaultValue = "80",
            description = "Of the rate without loss. Default: ${DEFAULT-VALUE}.")
    private int load;

    @Option(
            names = "--millis",
            paramLabel = "MS",
            defaultValue = "200",
            description = "From one rekey to the next. Default: ${DEFAULT-VALUE}.")
    private int millis;

    @Option(
            names = "--trial",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "How long each rate is tried. Default: ${DEFAULT-VALUE}.")
    private int trial;

    @Option(
            names = "--confirm",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description =
                    "For how long the rate found must be carried without loss. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int confirm;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description =
                    "For how long two other gateways change keys first, as 'run --warm-up' does."
                            + " Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Leave the figures in this file too.")
    private Path json;

    @Override
    public Integer call() throws IOException {
        require(room > 0, "--room: at least 1");
        require(rekeys > 0, "--rekeys: at least 1");
        require(load > 0 && load <= 100, "--load: 1 to 100");
        require(millis >= 0, "--millis: at least 0");
        require(trial > 0, "--trial: at least 1");
        require(confirm > 0, "--confirm: at least 1");
        require(warmUp >= 0, "--warm-up: at least 0");
        RekeyRun run = newRun();
        if (warmUp > 0) {
            WarmUp.run(RuntimeConfig.DEFAULT, Traffic.SUITE, provider, Duration.ofSeconds(warmUp));
        }
        RekeyResult result;
        try {
            result = run.run(System.out::println);
        } catch (IllegalStateException e) { // such a machine tells nothing about rekeys
            System.err.println("esplanade bench rekeys: " + e.getMessage());
            return 1;
        }
        System.out.println(result);
        if (json != null) {
            Object all = Json.object("machine", Machine.here().toMap(), "rekeys", result.toMap());
            Files.writeString(json, Json.indented(all) + "\n");
        }
        return result.isClean() ? 0 : 1;
    }

    private RekeyRun newRun() {
        try {
            return new RekeyRun(
                    Providers.find(provider),
                    FrameSize.of(size),
                    room,
                    rekeys,
                    load / 100.0,
                    Duration.ofMillis(trial),
                    Duration.ofSeconds(confirm),
                    Duration.ofMillis(millis));
        } catch (CryptoException | IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }
}
