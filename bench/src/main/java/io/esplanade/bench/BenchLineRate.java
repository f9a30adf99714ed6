package io.esplanade.bench;

import io.esplanade.bench.linerate.LineRate;
import io.esplanade.bench.report.LineRateReport;
import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;
import io.esplanade.bench.text.ProgressLine;
import io.esplanade.engine.net.Ethernet;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code esplanade bench line-rate}. */
@Command(
        name = "line-rate",
        header = "Tests what is between two interfaces, in the manner of RFC 2544.",
        synopsisHeading = "%nUsage: ",
        descriptionHeading = "%n",
        description = {
            "Sends UDP packets of 256 flows by one interface and takes them back from another, at"
                + " rates that it varies until it knows the greatest without loss, and with 0.1%%"
                + " loss; then looks at latency at half of that, and at 45 Mb/s, a T3. What"
                + " forwards them is yours to set up: docker/line-rate.sh does, with two gateways.",
            "",
            "With --report it makes a page of what earlier runs left."
        },
        optionListHeading = "%nOptions:%n")
final class BenchLineRate extends BenchVerb {

    @Option(names = "--label", defaultValue = "gateways", description = "What is tested.")
    private String label;

    @Option(
            names = "--type",
            defaultValue = "af-packet",
            description = "Of the tester's ports: af-packet or af-xdp. Default: ${DEFAULT-VALUE}.")
    private String type;

    @Option(names = "--send", paramLabel = "IF", description = "The interface to send by.")
    private String send;

    @Option(names = "--receive", paramLabel = "IF", description = "The one they come back by.")
    private String receive;

    @Option(names = "--gateway", paramLabel = "MAC", description = "Who is to forward them.")
    private String gateway;

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            defaultValue = "10.1.0.2",
            description = "Their source. Default: ${DEFAULT-VALUE}.")
    private String from;

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            defaultValue = "10.2.0.2",
            description = "Their destination. Default: ${DEFAULT-VALUE}.")
    private String to;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            split = ",",
            defaultValue = "64,128,256,512,1024,1280,1400,imix",
            description = "Of the IP packets. Default: ${DEFAULT-VALUE}.")
    private List<String> sizes;

    @Option(
            names = "--most",
            paramLabel = "RATE",
            defaultValue = "2000000",
            description = "Packets per second to try at most. Default: ${DEFAULT-VALUE}.")
    private double most;

    @Option(
            names = "--millis",
            paramLabel = "MS",
            defaultValue = "2000",
            description = "How long a trial sends; RFC 2544 has 60 s. Default: ${DEFAULT-VALUE}.")
    private long millis;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            split = ",",
            description = "Processes of the gateways, whose CPU time is of interest.")
    private List<Long> pids = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Leave all figures there.")
    private Path json;

    @Option(
            names = "--report",
            paramLabel = "FOLDER",
            description = "Do not test; leave a page there, of the files named.")
    private Path report;

    @Parameters(paramLabel = "FILE", description = "With --report: what runs left by --json.")
    private List<Path> files = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (report != null) {
            return report();
        }
        require(send != null && receive != null, "--send and --receive are needed");
        require(gateway != null, "--gateway is needed: the MAC address of who forwards");
        require(LineRate.sizes().containsAll(sizes), "--size: there are " + LineRate.sizes());
        require(most >= 1 && millis > 0, "--most and --millis: at least 1");
        LineRate test =
                new LineRate(
                        label,
                        type,
                        send,
                        receive,
                        mac(),
                        address("--from", from),
                        address("--to", to),
                        most,
                        millis,
                        processes());
        boolean live = System.console() != null && System.console().isTerminal();
        try (ProgressLine progress = new ProgressLine(System.err, live)) {
            Object found = test.run(sizes, progress);
            if (json != null) {
                Files.writeString(json, Json.indented(found) + "\n");
            }
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
        return 0;
    }

    private int report() throws IOException {
        require(!files.isEmpty(), "--report: name the files that runs left by --json");
        List<JsonObject> found = new ArrayList<>();
        for (Path file : files) {
            found.add(JsonObject.read(Files.readString(file)));
        }
        System.out.println(new LineRateReport(found).write(report));
        return 0;
    }

    private long mac() {
        try {
            return Ethernet.parse(gateway);
        } catch (IllegalArgumentException e) {
            throw wrong("--gateway: " + e.getMessage());
        }
    }

    private Inet4Address address(String option, String text) {
        try {
            return Inet4Address.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw wrong(option + ": " + e.getMessage());
        }
    }

    private List<ProcessHandle> processes() {
        List<ProcessHandle> found = new ArrayList<>();
        for (long pid : pids) {
            found.add(
                    ProcessHandle.of(pid)
                            .orElseThrow(() -> wrong("--pid: there is no process " + pid)));
        }
        return found;
    }
}
