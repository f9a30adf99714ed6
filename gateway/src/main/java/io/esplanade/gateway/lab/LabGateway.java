package io.esplanade.gateway.lab;

import io.esplanade.gateway.Main;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * One of the laboratory's gateways: {@code esplanade run} with a file and keys made for it, in its
 * namespace, with the JVM that this is.
 */
record LabGateway(Path directory, Lab.Side side, Process process) {

    private static final String RUNS = "Runs until";
    private static final int KEY = 20; // AES-128 and a salt

    /** A key for each direction, as hexadecimal digits. */
    record Keys(String aToB, String bToA) {

        static Keys random() {
            return new Keys(key(), key());
        }

        private static String key() {
            byte[] key = new byte[KEY];
            new SecureRandom().nextBytes(key);
            return HexFormat.of().formatHex(key);
        }
    }

    static LabGateway start(
            Lab lab, Lab.Side side, Lab.Ports ports, Keys keys, List<String> settings)
            throws IOException {
        Path directory = lab.directory();
        boolean isA = side == Lab.Side.A;
        secret(directory, side.letter() + "-out.key", isA ? keys.aToB() : keys.bToA());
        secret(directory, side.letter() + "-in.key", isA ? keys.bToA() : keys.aToB());
        Path file = directory.resolve(side.letter() + ".yaml");
        Files.writeString(file, text(side, ports, settings));
        List<String> command = new ArrayList<>();
        command.add("setsid"); // it stays when the terminal closes
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-XX:ObjectAlignmentInBytes=64")); // as ./esplanade run has it
        command.addAll(List.of("-cp", classPath(), Main.class.getName(), "run", file.toString()));
        File log = log(directory, side).toFile();
        return new LabGateway(
                directory,
                side,
                new ProcessBuilder(Commands.in(lab.gatewayOf(side), command))
                        .redirectErrorStream(true)
                        .redirectOutput(log)
                        .start());
    }

    private static String classPath() {
        List<String> absolute = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            absolute.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, absolute);
    }

    private static void secret(Path directory, String name, String key) throws IOException {
        Path file =
                Files.createFile(
                        directory.resolve(name),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, key);
    }

    /** The gateway file. */
    private static String text(Lab.Side side, Lab.Ports ports, List<String> settings) {
        int n = side.number();
        int peer = side.other().number();
        List<String> lines = new ArrayList<>();
        lines.add("name: " + side.letter());
        lines.add("nonce-store: " + side.letter() + ".nonces");
        lines.addAll(settings);
        lines.add("ports:");
        ports.of(side).ports(n, peer).forEach(line -> lines.add("  " + line));
        lines.add("routes:");
        lines.add("  - { to: 10.%d.0.0/24, port: lan }".formatted(n));
        lines.add("  - { to: \"fd0%d::/64\", port: lan }".formatted(n));
        lines.add("  - { to: 10.%d.0.0/24, port: wan }".formatted(peer));
        lines.add("  - { to: \"fd0%d::/64\", port: wan }".formatted(peer));
        lines.add("  - { to: 192.0.2.0/24, port: wan }");
        lines.add("tunnels:");
        lines.add("  peer:");
        lines.add("    local: 192.0.2." + n);
        lines.add("    remote: 192.0.2." + peer);
        lines.add("    local-ts: [10.%1$d.0.0/24, \"fd0%1$d::/64\"]".formatted(n));
        lines.add("    remote-ts: [10.%1$d.0.0/24, \"fd0%1$d::/64\"]".formatted(peer));
        lines.add("    esp-proposal: aes128gcm16-esn");
        if (ports.encapsulated()) {
            lines.add("    encap: {}");
        }
        lines.add(
                "    out: { spi: 0xc000000%d, key-file: %s-out.key }".formatted(n, side.letter()));
        lines.add(
                "    in: { spi: 0xc000000%d, key-file: %s-in.key }".formatted(peer, side.letter()));
        return String.join("\n", lines) + "\n";
    }

    private static Path log(Path directory, Lab.Side side) {
        return directory.resolve(side.letter() + ".log");
    }

    static String said(Path directory, Lab.Side side) throws IOException {
        Path log = log(directory, side);
        return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    }

    String said() throws IOException {
        return said(directory, side);
    }

    /** Whether it has opened its ports. */
    boolean runs() throws IOException {
        return said().contains(RUNS);
    }
}
