package io.esplanade.engine.interop.kernel;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The cable to the peer's network card: whole Ethernet frames, none lost and in order. What the
 * peer's IPv6 says of its multicast groups is left out.
 */
final class PeerWire implements AutoCloseable {

    private static final int MULTICAST = 1; // in the first byte of a destination

    private final SocketChannel channel;
    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

    PeerWire(SocketChannel channel) {
        this.channel = channel;
        Thread.startVirtualThread(this::read);
    }

    void send(byte[] frame) {
        ByteBuffer message = ByteBuffer.allocate(4 + frame.length);
        message.putInt(frame.length).put(frame).flip();
        try {
            while (message.hasRemaining()) {
                channel.write(message);
            }
        } catch (IOException e) {
            throw new AssertionError("the peer has ended", e);
        }
    }

    /** The next frame, or null if none comes in time. */
    byte[] receive(long millis) {
        try {
            return received.poll(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Forgets what came and was not received. */
    void clear() {
        received.clear();
    }

    private void read() {
        try {
            DataInputStream in =
                    new DataInputStream(
                            new BufferedInputStream(Channels.newInputStream(channel), 1 << 16));
            while (true) {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                if ((frame[0] & MULTICAST) == 0) {
                    received.add(frame);
                }
            }
        } catch (EOFException | ClosedChannelException e) {
            // The machine has ended, or this is closed.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
