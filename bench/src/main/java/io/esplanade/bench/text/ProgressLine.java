package io.esplanade.bench.text;

import java.io.PrintStream;

/**
 * Says how far the work is: on a terminal one line that is written over again and again, elsewhere
 * a line for each thing finished. One thread.
 */
public final class ProgressLine implements AutoCloseable {

    private final PrintStream out;
    private final boolean live;
    private int width;

    /**
     * @param live whether {@code out} is a terminal
     */
    public ProgressLine(PrintStream out, boolean live) {
        this.out = out;
        this.live = live;
    }

    /** What is being done; on a terminal only. */
    public void show(String text) {
        if (live) {
            out.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
            out.flush();
            width = text.length();
        }
    }

    /** What is done, for good. */
    public void print(String text) {
        close();
        out.println(text);
    }

    /** What is done: on a terminal the next {@link #show} takes its place. */
    public void done(String text) {
        if (live) {
            show(text);
        } else {
            out.println(text);
        }
    }

    @Override
    public void close() {
        if (width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            out.flush();
            width = 0;
        }
    }
}
