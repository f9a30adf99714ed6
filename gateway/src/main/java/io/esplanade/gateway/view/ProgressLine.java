package io.esplanade.gateway.view;

import java.io.PrintWriter;

/**
 * A line that is written over again and again: on a terminal only, at most ten times a second. One
 * thread.
 */
public final class ProgressLine implements AutoCloseable {

    private static final long INTERVAL = 100_000_000;

    private final PrintWriter out;
    private final boolean live;
    private long next;
    private int width;

    /**
     * @param live whether {@code out} is a terminal
     */
    public ProgressLine(PrintWriter out, boolean live) {
        this.out = out;
        this.live = live;
    }

    /** Whether it is time for another text: asked first, so that no text is made in vain. */
    public boolean due(long nanoTime) {
        if (!live || (next != 0 && nanoTime - next < 0)) {
            return false;
        }
        next = nanoTime + INTERVAL;
        return true;
    }

    /** Shows the text in place of the last. */
    public void show(String text) {
        if (live) {
            out.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
            out.flush();
            width = text.length();
        }
    }

    /** Clears the line. */
    @Override
    public void close() {
        if (width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            out.flush();
            width = 0;
        }
    }
}
