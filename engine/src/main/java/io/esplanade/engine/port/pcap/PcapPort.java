package io.esplanade.engine.port.pcap;

import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.port.AbstractPort;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.TxQueue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/**
 * A port whose packets come from one capture and go to another; {@link PcapPortFactory} makes it
 * and says what its options mean.
 *
 * <p>Packets keep the time of their capture; those that have none, because the gateway made them,
 * get the present. The file is written at each flush, so it holds what was sent even if the process
 * is killed. It is lossless: the disk's pace is the lane's. A malformed capture fails the receive
 * queue behind its last good packet; a full disk fails the transmit queue.
 */
final class PcapPort extends AbstractPort {

    private final long mac;
    private final Path read;
    private final Path write;
    private CaptureReader reader;
    private PcapWriter writer;

    /**
     * Made closed.
     *
     * @param read what to read, or null
     * @param write what to write, or null
     */
    PcapPort(PortSpec spec, LinkType linkType, long mac, Path read, Path write) {
        super(spec.name(), spec.side(), linkType, spec.mtu(), 1);
        this.mac = mac;
        this.read = read;
        this.write = write;
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public Set<Capability> capabilities() {
        return write != null ? Set.of(Capability.LOSSLESS) : Set.of();
    }

    @Override
    protected void open() throws IOException {
        try {
            if (read != null) {
                refusePipe();
                reader = CaptureReader.open(read);
            }
            if (write != null) {
                refuseToOverwriteInput();
                writer = new PcapWriter(write, linkType());
            }
        } catch (IOException e) {
            shut();
            throw named(e);
        } catch (RuntimeException e) {
            shut();
            throw e;
        }
    }

    /** A lane that waits in a read can be neither used nor stopped. */
    private void refusePipe() throws IOException {
        if (Files.exists(read) && !Files.isRegularFile(read)) {
            throw new IOException(
                    read + ": is no regular file; write the packets to one first, and read that");
        }
    }

    private void refuseToOverwriteInput() throws IOException {
        if (read != null && Files.exists(write) && Files.isSameFile(read, write)) {
            throw new IOException(write + " is what it reads; write another file");
        }
    }

    @Override
    protected RxQueue openRxQueue(int index, MbufFiller filler) {
        return reader == null
                ? new NoRxQueue()
                : new PcapRxQueue(name(), linkType(), reader, filler);
    }

    @Override
    protected TxQueue openTxQueue(int index, MbufSource home) {
        return writer == null ? new NoTxQueue(name()) : new PcapTxQueue(name(), writer, home);
    }

    @Override
    protected void shut() throws IOException {
        CaptureReader in = reader;
        PcapWriter out = writer;
        reader = null;
        writer = null;
        try (in;
                out) {
            // Closing is all: what was sent is in the writer.
        } catch (IOException e) {
            throw named(e);
        }
    }

    private IOException named(IOException e) {
        return failure(name(), e);
    }

    /** The exception that also names the port, and says what the file system's leave unsaid. */
    static IOException failure(String port, IOException e) {
        String text =
                switch (e) {
                    case NoSuchFileException missing -> missing.getFile() + ": no such file";
                    case AccessDeniedException denied -> denied.getFile() + ": permission denied";
                    default -> e.getMessage();
                };
        return new IOException("port " + port + ": " + text, e);
    }
}
