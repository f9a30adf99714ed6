package io.esplanade.engine.interop.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs shell scripts in the peer, one at a time. */
final class PeerConsole implements AutoCloseable {

    /** The peer is emulated, on a machine that may have much else to do. */
    private static final long LIMIT_SECONDS = 120;

    private static final String MARK = "# end";

    private final SocketChannel channel;
    private final BufferedReader in;

    PeerConsole(SocketChannel channel) {
        this.channel = channel;
        in = new BufferedReader(Channels.newReader(channel, UTF_8));
    }

    /** Runs a script to its end, which must be a good one, and answers what it printed. */
    String run(String script) {
        try {
            return start(script).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e);
        } catch (TimeoutException e) {
            throw new AssertionError("in %d s no end of: %s".formatted(LIMIT_SECONDS, script), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts a script; there is no other until it has ended. */
    CompletableFuture<String> start(String script) {
        CompletableFuture<String> end = new CompletableFuture<>();
        Thread.startVirtualThread(
                () -> {
                    try {
                        send(script);
                        end.complete(answer(script));
                    } catch (IOException e) {
                        end.completeExceptionally(e);
                    }
                });
        return end;
    }

    /** As tools/linux-peer/init wants it. */
    private void send(String script) throws IOException {
        ByteBuffer bytes = UTF_8.encode("%s\n%s\n%s\n".formatted(MARK, script, MARK));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private String answer(String script) throws IOException {
        StringBuilder output = new StringBuilder();
        while (true) {
            String line = in.readLine();
            if (line == null) {
                throw new EOFException("the peer ended at: " + script);
            }
            if (line.startsWith(MARK)) {
                if (!line.equals(MARK + " 0")) {
                    throw new IOException("%s: %s%s".formatted(line, script, output));
                }
                return output.toString();
            }
            output.append(line).append('\n');
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
