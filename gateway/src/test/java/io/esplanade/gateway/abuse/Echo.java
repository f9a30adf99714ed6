package io.esplanade.gateway.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.testing.NetworkNamespace;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Datagrams from one host to another and back: what shows whether two gateways work. */
final class Echo implements AutoCloseable {

    private static final int PORT = 7;

    private final DatagramSocket server;
    private final DatagramSocket client;
    private final InetSocketAddress to;
    private long number;

    Echo(NetworkNamespace from, String fromAddress, NetworkNamespace at, String atAddress) {
        to = new InetSocketAddress(atAddress, PORT);
        server = at.call(() -> new DatagramSocket(to));
        client = from.call(() -> new DatagramSocket(new InetSocketAddress(fromAddress, 0)));
        Thread.ofPlatform().daemon().start(this::answer);
    }

    private void answer() {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        while (!server.isClosed()) {
            try {
                packet.setLength(2048);
                server.receive(packet);
                server.send(packet);
            } catch (IOException e) {
                continue; // closed, or no way back for the moment
            }
        }
    }

    /** Whether a datagram of this length came back in time. */
    boolean one(int length, Duration patience) {
        ByteBuffer data = ByteBuffer.allocate(length).putLong(0, ++number);
        try {
            client.setSoTimeout((int) patience.toMillis());
            client.send(new DatagramPacket(data.array(), length, to));
            DatagramPacket back = new DatagramPacket(new byte[2048], 2048);
            do {
                back.setLength(2048);
                client.receive(back);
            } while (ByteBuffer.wrap(back.getData()).getLong() != number); // one that was late
            return back.getLength() == length;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) { // the host's own kernel: no route, or too long for a moment
            return false;
        }
    }

    /** Waits until twenty in a row have come back. */
    void untilItFlows(int length, Duration patience, String when) {
        long deadline = System.nanoTime() + patience.toNanos();
        int row = 0;
        while (row < 20) {
            row = one(length, Duration.ofMillis(200)) ? row + 1 : 0;
            assertThat(System.nanoTime()).as("packets flow after: " + when).isLessThan(deadline);
        }
    }

    /** The far host says something to somebody, who may not listen. */
    void greet(String address) throws IOException {
        server.send(new DatagramPacket(new byte[8], 8, new InetSocketAddress(address, PORT)));
    }

    /** Sends as many as it can and looks at no answer. */
    void flood(Duration time) throws SocketException {
        long end = System.nanoTime() + time.toNanos();
        byte[] data = new byte[1000];
        while (System.nanoTime() < end) {
            try {
                client.send(new DatagramPacket(data, data.length, to));
            } catch (IOException e) {
                continue; // its own queue is full
            }
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
