package io.esplanade.gateway.lab;

import io.esplanade.gateway.UserException;
import io.esplanade.gateway.view.Table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Traffic between the laboratory's hosts, and what came of it. */
final class Trial {

    private static final int PINGS = 5;
    private static final int FIRST_PINGS = 10; // while neighbours and code are cold
    private static final int TICKS = 100; // of /proc, a second
    private static final int CPU_FIELDS = 11; // between a process's name and its CPU times

    private static final Pattern ANSWERED = Pattern.compile("(\\d+) received");
    private static final Pattern ROUND_TRIP = Pattern.compile("= [\\d.]+/([\\d.]+)/");
    private static final Pattern RATE =
            Pattern.compile("([\\d.]+) Mbits/sec\\s+(\\d+)?\\s*(sender|receiver)");
    private static final Pattern DROPS = Pattern.compile("(?s)\nDrops\n.*?(?=\n\n|\\z)");

    private final Lab lab;
    private final int seconds;
    private final Table pings = new Table("ping", "from", "to", "answered", "ms on average");
    private final Table streams =
            new Table("TCP", "from", "to", "Mbit/s", "sent again", "CPU of A", "CPU of B");
    private final List<String> faults = new ArrayList<>();

    /**
     * @param seconds how long each stream lasts
     */
    Trial(Lab lab, int seconds) {
        this.lab = lab;
        this.seconds = seconds;
    }

    /** Sends both ways, over both families. */
    void run() throws IOException, InterruptedException, UserException {
        for (boolean ipv6 : new boolean[] {false, true}) {
            for (Lab.Side from : Lab.Side.values()) {
                ping(from, ipv6);
            }
        }
        for (boolean ipv6 : new boolean[] {false, true}) {
            for (Lab.Side from : Lab.Side.values()) {
                stream(from, ipv6);
            }
        }
    }

    private void ping(Lab.Side from, boolean ipv6) throws IOException, InterruptedException {
        String to = from.other().hostAddress(ipv6);
        for (int i = 0; i < FIRST_PINGS; i++) {
            if (ping(from, to, 1, 1).good()) {
                break;
            }
        }
        var result = ping(from, to, PINGS, 5);
        int answered = (int) number(ANSWERED, result.text(), 1);
        pings.row(
                ipv6 ? "IPv6" : "IPv4",
                from,
                from.other(),
                answered + " of " + PINGS,
                String.format(Locale.ROOT, "%.2f", number(ROUND_TRIP, result.text(), 1)));
        if (answered != PINGS) {
            faults.add("pings to %s were not all answered".formatted(to));
        }
    }

    private Commands.Result ping(Lab.Side from, String to, int count, int patience)
            throws IOException, InterruptedException {
        return Commands.run(
                Commands.in(
                        lab.hostOf(from),
                        List.of("ping", "-c", "" + count, "-i", "0.2", "-W", "" + patience, to)));
    }

    private void stream(Lab.Side from, boolean ipv6) throws IOException, InterruptedException {
        String to = from.other().hostAddress(ipv6);
        Process server =
                new ProcessBuilder(
                                Commands.in(
                                        lab.hostOf(from.other()), List.of("iperf3", "-s", "-1")))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            awaitListener(lab.hostOf(from.other()));
            double a = cpu(Lab.Side.A);
            double b = cpu(Lab.Side.B);
            var client =
                    Commands.run(
                            Commands.in(
                                    lab.hostOf(from),
                                    List.of("iperf3", "-c", to, "-f", "m", "-t", "" + seconds)));
            String received = "";
            String again = "";
            for (Matcher m = RATE.matcher(client.text()); m.find(); ) {
                if (m.group(3).equals("sender")) {
                    again = m.group(2) == null ? "" : m.group(2);
                } else {
                    received = m.group(1);
                }
            }
            if (!client.good() || received.isEmpty() || Double.parseDouble(received) == 0) {
                faults.add("TCP to %s failed: %s".formatted(to, lastLine(client.text())));
                received = "0";
            }
            streams.row(
                    ipv6 ? "IPv6" : "IPv4",
                    from,
                    from.other(),
                    Math.round(Double.parseDouble(received)),
                    again.isEmpty() ? 0 : Integer.parseInt(again),
                    percent(cpu(Lab.Side.A) - a),
                    percent(cpu(Lab.Side.B) - b));
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    private static void awaitListener(String namespace) throws IOException, InterruptedException {
        for (int i = 0; i < 100; i++) {
            String listening = Commands.run(Commands.in(namespace, List.of("ss", "-ltn"))).text();
            if (listening.contains(":5201")) {
                return;
            }
            Thread.sleep(50);
        }
    }

    private static String lastLine(String text) {
        return text.strip().lines().reduce("", (a, b) -> b);
    }

    private static double number(Pattern pattern, String text, int group) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Double.parseDouble(matcher.group(group)) : 0;
    }

    private String percent(double cpuSeconds) {
        return String.format(Locale.ROOT, "%.0f%%", 100 * cpuSeconds / seconds);
    }

    /** CPU time that the gateway has used, in seconds. */
    private double cpu(Lab.Side side) throws IOException, InterruptedException {
        var gateway = lab.gateway(side);
        if (gateway.isEmpty()) {
            return 0;
        }
        String stat = Files.readString(Path.of("/proc/" + gateway.get().pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Double.parseDouble(fields[CPU_FIELDS]) + Double.parseDouble(fields[CPU_FIELDS + 1]))
                / TICKS;
    }

    /** Has the gateways end, and looks at what they say of themselves then. */
    void end() throws IOException, InterruptedException {
        lab.stopGateways();
        for (Lab.Side side : Lab.Side.values()) {
            String said = lab.said(side);
            if (!said.contains("no mbuf leaked")) {
                faults.add(
                        "gateway %s has leaked mbufs, or did not say:\n%s".formatted(side, said));
            }
        }
    }

    /** What was measured. */
    List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>(pings.lines());
        lines.add("");
        lines.addAll(streams.lines());
        for (Lab.Side side : Lab.Side.values()) {
            Matcher drops = DROPS.matcher(lab.said(side));
            if (drops.find()) {
                lines.add("");
                lines.add("Gateway " + side + ", at its end:" + drops.group());
            }
        }
        return lines;
    }

    /** What went wrong. */
    List<String> faults() {
        return faults;
    }
}
