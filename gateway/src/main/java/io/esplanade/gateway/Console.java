package io.esplanade.gateway;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;

/**
 * Where the command writes.
 *
 * @param out results
 * @param err progress, warnings and errors
 * @param live whether {@code err} is a terminal that somebody watches
 */
public record Console(PrintWriter out, PrintWriter err, boolean live) {

    /** The process's own streams. */
    static Console ofProcess() {
        Charset charset = Charset.forName(System.getProperty("stdout.encoding", "UTF-8"));
        return new Console(
                writer(FileDescriptor.out, charset),
                writer(FileDescriptor.err, charset),
                System.console() != null && System.console().isTerminal());
    }

    private static PrintWriter writer(FileDescriptor descriptor, Charset charset) {
        return new PrintWriter(new FileOutputStream(descriptor), true, charset);
    }
}
