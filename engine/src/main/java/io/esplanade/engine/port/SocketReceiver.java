package io.esplanade.engine.port;

import static io.esplanade.ffi.linux.linux.EAGAIN;
import static io.esplanade.ffi.linux.linux.IPV6_HOPLIMIT;
import static io.esplanade.ffi.linux.linux.IPV6_TCLASS;
import static io.esplanade.ffi.linux.linux.IP_TOS;
import static io.esplanade.ffi.linux.linux.IP_TTL;
import static io.esplanade.ffi.linux.linux.SOL_IP;
import static io.esplanade.ffi.linux.linux.SOL_IPV6;
import static io.esplanade.ffi.linux.linux.SOL_SOCKET;
import static io.esplanade.ffi.linux.linux.SO_RXQ_OVFL;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.os.Region;
import io.esplanade.ffi.linux.Syscalls;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Receives from the sockets of one queue in turn, many messages by one call, and tells of their
 * paths' errors. What is in a message, and what headers it is given, is for whoever extends it.
 *
 * @param <S> the kind of socket
 */
public abstract class SocketReceiver<S extends IpSocket> extends Padded
        implements RxQueue, AutoCloseable {

    /** How many messages are received at once. */
    protected static final int MESSAGES = 32;

    /** Room before each message, for headers that the kernel leaves out. */
    protected static final int ROOM = 64;

    private static final int EACH = ROOM + 0x1_0000;

    /** How many looks in vain make one at what waits without a sign: errors. */
    private static final int LOOKS = 32;

    protected final MbufFiller filler;

    /** The socket that gave the message at hand. */
    protected S socket;

    /** Where the message is, with {@link #ROOM} before it, and how many bytes of it. */
    protected long message;

    protected int length;

    /** Traffic class and TTL of the headers that it came with, and who sent it. */
    protected int trafficClass;

    protected int ttl;
    protected long sourceHigh;
    protected long sourceLow;
    protected int sourcePort;

    private final S[] sockets;
    private final int[] overflows; // what the kernel has lost, by socket
    private final MessageHeaders headers = new MessageHeaders(MESSAGES, MESSAGES);
    private final Region region = Region.map((long) MESSAGES * EACH, "received by sockets");
    private final PathErrors errors = new PathErrors();
    private int turn; // which socket is asked next
    private int asked; // which was
    private int messages; // received, of which all up to this have been looked at
    private int index;
    private int offered = MESSAGES;
    private int vain;
    private long lost;

    protected SocketReceiver(S[] sockets, MbufFiller filler) {
        this.sockets = sockets;
        this.filler = filler;
        overflows = new int[sockets.length];
        for (int i = 0; i < MESSAGES; i++) {
            headers.vector(i, at(i), EACH - ROOM);
            headers.vectors(i, i, 1);
        }
    }

    private long at(int which) {
        return region.address() + (long) which * EACH + ROOM;
    }

    /** A message is at hand: begins with it. */
    protected abstract void begin();

    /** The message's control message says something else than what is known here. */
    protected void control(long control) {}

    /** Whether there is a packet in the message at hand that was not taken yet. */
    protected abstract boolean more();

    /** That packet in an mbuf; {@link Mbuf#NULL} if there is none: then again, later. */
    protected abstract long next();

    /** Nothing came: does what there is to be done else. */
    protected void idle() {}

    /** Has so many messages received at once from now on, until nothing comes. */
    protected final void offer(int most) {
        offered = most;
    }

    /** Counts what is lost. */
    protected final void lose(long packets) {
        lost += packets;
    }

    @Override
    public final int receive(Burst burst, int max) {
        int received = 0;
        while (received < max && hasNext()) {
            long mbuf = next();
            if (mbuf == Mbuf.NULL) {
                return received;
            }
            burst.add(mbuf);
            received++;
        }
        if (received > 0) {
            return received;
        }
        idle();
        return tellErrors(burst);
    }

    /** Whether there is a packet at hand, or can be received. */
    private boolean hasNext() {
        while (!more()) {
            if (index + 1 < messages) {
                index++;
            } else if (!receive()) {
                return false;
            }
            read();
            begin();
        }
        return true;
    }

    /** Receives from the sockets in turn; false if none has any. */
    private boolean receive() {
        messages = 0;
        for (int i = 0; i < sockets.length; i++) {
            asked = turn;
            socket = sockets[asked];
            turn = turn + 1 == sockets.length ? 0 : turn + 1;
            for (int each = 0; each < offered; each++) {
                headers.offer(each);
            }
            int n =
                    Syscalls.recvmmsg(
                            socket.fd(), headers.segment(), offered, 0, MemorySegment.NULL);
            if (n > 0) {
                offered = MESSAGES;
                messages = n;
                index = 0;
                return true;
            }
            if (n != -EAGAIN()) {
                socket.troubled(true);
            }
        }
        return false;
    }

    /** Reads what the kernel says of the message. */
    private void read() {
        message = at(index);
        length = headers.received(index);
        trafficClass = 0;
        ttl = 0;
        boolean ipv6 = socket.isIpv6();
        long control = headers.firstControl(index);
        for (; control != 0; control = headers.nextControl(index, control)) {
            long data = MessageHeaders.controlData(control);
            if (MessageHeaders.isControl(control, SOL_SOCKET(), SO_RXQ_OVFL())) {
                noteOverflow(Mem.getInt(data));
            } else if (MessageHeaders.isControl(control, SOL_IPV6(), IPV6_TCLASS())) {
                trafficClass = Mem.getInt(data);
            } else if (MessageHeaders.isControl(control, SOL_IPV6(), IPV6_HOPLIMIT())
                    || MessageHeaders.isControl(control, SOL_IP(), IP_TTL())) {
                ttl = Mem.getInt(data);
            } else if (MessageHeaders.isControl(control, SOL_IP(), IP_TOS())) {
                trafficClass = Mem.getUnsignedByte(data);
            } else {
                control(control);
            }
        }
        long name = headers.name(index);
        sourcePort = Mem.getShortBE(name + 2);
        sourceHigh = ipv6 ? Mem.getLongBE(name + 8) : 0;
        sourceLow =
                ipv6 ? Mem.getLongBE(name + 16) : Integer.toUnsignedLong(Mem.getIntBE(name + 4));
    }

    private void noteOverflow(int total) {
        lost += total - overflows[asked];
        overflows[asked] = total;
    }

    private int tellErrors(Burst burst) {
        boolean look = ++vain % LOOKS == 0;
        int told = 0;
        for (S each : sockets) {
            if ((look || each.troubled()) && burst.room() > 0) {
                each.troubled(false);
                long mbuf = errors.take(each, filler);
                if (mbuf != Mbuf.NULL) {
                    each.troubled(true); // there may be more
                    burst.add(mbuf);
                    told++;
                }
            }
        }
        return told;
    }

    @Override
    public int[] descriptors() {
        return Arrays.stream(sockets).mapToInt(IpSocket::fd).toArray();
    }

    @Override
    public final long starved() {
        return filler.starved();
    }

    /** Packets that found no room in the kernel, or that nobody here wants. */
    @Override
    public final long takeLost() {
        long taken = lost;
        lost = 0;
        return taken;
    }

    @Override
    public void close() {
        headers.close();
        region.close();
        errors.close();
    }
}
