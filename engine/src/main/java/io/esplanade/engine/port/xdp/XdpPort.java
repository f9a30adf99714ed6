package io.esplanade.engine.port.xdp;

import static io.esplanade.ffi.linux.linux.EBUSY;

import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.os.OsException;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.DevicePort;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.NetDevice;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A port on AF_XDP sockets, one for each queue, and an XDP program that says what comes to them.
 *
 * <p>A device that has come again gets sockets and a program of its own, and each queue goes on
 * with its new socket when it is used next.
 */
final class XdpPort extends DevicePort {

    /** The longest packet that fits a small mbuf with its headers, and what is put behind it. */
    private static final int LONGEST =
            MbufPool.SMALL_SIZE - MbufPool.HEADROOM - MbufFiller.TAILROOM - Ethernet.HEADER_LENGTH;

    /** What part of the pool is posted at most, of all queues together: one in so many. */
    private static final int PART_POSTED = 3;

    private final Attachment.Mode wanted; // null: the better one
    private final boolean all;
    private final List<XdpReceiver> receivers = new ArrayList<>();
    private final List<XdpSender> senders = new ArrayList<>();
    private List<XdpSocket> sockets = List.of();
    private Set<InetAddress> own = Set.of();
    private Attachment attachment;
    private Tap tap;
    private boolean zeroCopy;
    private String trouble; // to be told
    private boolean virtual;

    XdpPort(PortSpec spec) {
        super(spec, queues(spec));
        String take = choice(spec, XdpPortFactory.TAKE, "all", "ipsec");
        all = take == null ? spec.side() == Side.PROTECTED : take.equals("all");
        String mode = choice(spec, XdpPortFactory.MODE, "auto", "native", "generic");
        wanted =
                mode == null || mode.equals("auto")
                        ? null
                        : Attachment.Mode.valueOf(mode.toUpperCase(Locale.ROOT));
        require(
                mtu() <= LONGEST,
                spec,
                "mtu: af-xdp carries packets of up to %d bytes, not %d: lower the device's MTU or"
                                .formatted(LONGEST, mtu())
                        + " say mtu");
    }

    private static String choice(PortSpec spec, String option, String... words) {
        String word = spec.options().get(option);
        require(
                word == null || List.of(words).contains(word),
                spec,
                "%s: %s is none of %s".formatted(option, word, String.join(", ", words)));
        return word;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.ZERO_COPY);
    }

    @Override
    public int postedMbufs() {
        return rxQueues() * XdpSocket.ENTRIES;
    }

    @Override
    public String mode() {
        if (attachment == null) {
            return "af-xdp on " + device();
        }
        return "af-xdp on %s: %s mode, %s, %d queue%s, takes %s"
                .formatted(
                        device(),
                        attachment.mode().name().toLowerCase(Locale.ROOT),
                        zeroCopy ? "zero copy" : "copies",
                        rxQueues(),
                        rxQueues() == 1 ? "" : "s",
                        all ? "all" : "ipsec");
    }

    @Override
    public synchronized void own(Set<InetAddress> addresses) {
        own = addresses;
        if (attachment == null) {
            return;
        }
        try {
            attachment.own(addresses);
        } catch (OsException e) { // more than the map has room for
            trouble = "not all addresses of the gateway are taken: " + e.getMessage();
        }
    }

    @Override
    protected void open(NetDevice now) {
        try {
            // No card completes checksums where there is none.
            virtual = !Files.exists(Path.of("/sys/class/net", device(), "device"));
            tap = new Tap(now.index());
            begin(now, XdpSocket.PATIENT);
            MbufPool pool = pool();
            int target = Math.min(XdpSocket.ENTRIES, pool.smallCount() / PART_POSTED / rxQueues());
            for (int i = 0; i < rxQueues(); i++) {
                XdpSocket socket = sockets.get(i);
                Tap heard = i == 0 ? tap : null;
                receivers.add(new XdpReceiver(pool, socket, target, virtual, heard));
                senders.add(new XdpSender(this, pool, socket));
            }
        } catch (OsException e) {
            shutSockets();
            throw e;
        }
    }

    /**
     * Opens sockets and attaches the program.
     *
     * @param tries see {@link XdpSocket}
     */
    private void begin(NetDevice now, int tries) {
        List<XdpSocket> opened = new ArrayList<>();
        Attachment attached = null;
        try {
            boolean fragments = side() == Side.UNPROTECTED;
            attached = new Attachment(now, rxQueues(), wanted, all, fragments);
            boolean copy = attached.mode() == Attachment.Mode.GENERIC;
            for (int i = 0; i < rxQueues(); i++) {
                XdpSocket first = opened.isEmpty() ? null : opened.getFirst();
                opened.add(new XdpSocket(pool(), now.index(), i, copy, first, tries));
                attached.socket(i, opened.getLast());
            }
            attached.own(own);
            zeroCopy = opened.getFirst().isZeroCopy();
        } catch (RuntimeException e) {
            opened.forEach(XdpSocket::close);
            if (attached != null) {
                attached.close();
            }
            throw e;
        }
        sockets = opened;
        attachment = attached;
    }

    @Override
    protected void reopen(NetDevice now) {
        for (int i = 0; i < rxQueues(); i++) {
            if (!receivers.get(i).mayRenew() || !senders.get(i).mayRenew()) {
                throw new OsException("lanes still use the old sockets", EBUSY());
            }
        }
        List<XdpSocket> before = sockets;
        attachment.close();
        begin(now, 1); // it is looked at again soon
        tap.bind(now.index());
        for (int i = 0; i < sockets.size(); i++) {
            sockets.get(i).replace(before.get(i));
            receivers.get(i).renew(sockets.get(i));
            senders.get(i).renew(sockets.get(i));
        }
    }

    /** The longest packet that can be sent now; see {@link #limit}. */
    int limitNow() {
        return limit();
    }

    @Override
    protected void tend(List<String> notices) {
        tap.clearError();
        if (trouble != null) {
            notices.add(trouble);
            trouble = null;
        }
        for (int i = 0; i < sockets.size(); i++) {
            receivers.get(i).lost(sockets.get(i).lost());
        }
    }

    @Override
    protected RxQueue openRxQueue(int index, MbufFiller filler) {
        return receivers.get(index).queue(filler);
    }

    @Override
    protected TxQueue openTxQueue(int index, MbufSource home) {
        return senders.get(index).queue(home);
    }

    @Override
    protected void shutSockets() {
        if (attachment != null) {
            attachment.close();
        }
        receivers.forEach(XdpReceiver::close);
        senders.forEach(XdpSender::close);
        sockets.forEach(XdpSocket::close);
        if (tap != null) {
            tap.close();
        }
        receivers.clear();
        senders.clear();
        sockets = List.of();
        tap = null;
        attachment = null;
    }
}
