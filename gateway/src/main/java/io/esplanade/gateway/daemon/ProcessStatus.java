package io.esplanade.gateway.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the kernel says of a thread, {@code proc(5)}: capabilities and signal masks are each
 * thread's own.
 *
 * @param fields the lines of its {@code status}, by name
 */
public record ProcessStatus(Map<String, String> fields) {

    /** Those that packet I/O has to do with, by number: capability.h. */
    private static final Map<Integer, String> NAMES =
            new TreeMap<>(
                    Map.of(
                            12, "net_admin",
                            13, "net_raw",
                            14, "ipc_lock",
                            21, "sys_admin",
                            23, "sys_nice",
                            38, "perfmon",
                            39, "bpf"));

    private static final int ALL = 40; // so many and more are everything

    /** Of the calling thread. */
    public static ProcessStatus ofThisThread() {
        return of(Path.of("/proc/thread-self/status"));
    }

    static ProcessStatus of(Path status) {
        Map<String, String> fields = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(status)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ProcessStatus(fields);
    }

    /** Whether the thread blocks this signal. */
    public boolean blocks(int signal) {
        return (mask("SigBlk") >>> (signal - 1) & 1) != 0;
    }

    /** What the thread may do, in one line for people. */
    public String privileges() {
        String uid = fields.getOrDefault("Uid", "?").split("\\s+")[0];
        String more =
                fields.getOrDefault("NoNewPrivs", "0").equals("1") ? "; none to be gained" : "";
        return "user %s with %s%s".formatted(uid, capabilities(), more);
    }

    private String capabilities() {
        long effective = mask("CapEff");
        if (Long.bitCount(effective) >= ALL) {
            return "all capabilities";
        }
        List<String> names = new ArrayList<>();
        NAMES.forEach(
                (number, name) -> {
                    if ((effective >>> number & 1) != 0) {
                        names.add(name);
                    }
                });
        int others = Long.bitCount(effective) - names.size();
        if (others > 0) {
            names.add("%d of no use here".formatted(others));
        }
        return names.isEmpty() ? "no capabilities" : String.join(", ", names);
    }

    private long mask(String field) {
        return Long.parseUnsignedLong(fields.getOrDefault(field, "0"), 16);
    }
}
