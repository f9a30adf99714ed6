package io.esplanade.bench.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Two devices of the kernel's that are joined to each other; gone when it is closed. */
final class VethPair implements AutoCloseable {

    // No other process has the same.
    static final String A = "espa-" + ProcessHandle.current().pid();
    static final String B = "espb-" + ProcessHandle.current().pid();

    VethPair() throws IOException {
        close();
        sh("ip link add " + A + " type veth peer name " + B);
        for (String device : new String[] {A, B}) {
            // Nothing of the kernel's own on it.
            Files.writeString(Path.of("/proc/sys/net/ipv6/conf", device, "disable_ipv6"), "1");
            sh("ip link set " + device + " up");
        }
    }

    private static void sh(String command) throws IOException {
        Process process = new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes()).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command + ": " + said + ": run it as root");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        try {
            sh("ip link del " + A);
        } catch (IOException e) {
            // There is none.
        }
    }
}
