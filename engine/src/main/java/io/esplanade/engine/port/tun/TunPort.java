package io.esplanade.engine.port.tun;

import static io.esplanade.ffi.linux.linux.EPERM;

import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.OsException;
import io.esplanade.engine.os.netlink.LinkSetup;
import io.esplanade.engine.port.AbstractPort;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.NetDevice;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.port.tun.TunDevice.Offload;
import io.esplanade.engine.port.tun.TunSettings.Network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A port that is a TUN device: what the kernel routes there comes in, and what goes out the kernel
 * receives. {@link TunPortFactory} makes it and says what its options mean.
 *
 * <p>At its start the device is made, unless there is one, gets the port's MTU and comes up. While
 * it is down, what is sent is lost and counted; it goes on when it is up again. Removed, it is made
 * anew.
 */
final class TunPort extends AbstractPort {

    private final TunSettings settings;
    private final List<TunDevice> queues = new ArrayList<>();
    private Offload offload = Offload.NONE;
    private int index; // the device's number, which no other has after it
    private boolean up;

    TunPort(PortSpec spec, TunSettings settings) {
        super(spec.name(), spec.side(), LinkType.RAW_IP, spec.mtu(), settings.queues());
        this.settings = settings;
    }

    @Override
    public String device() {
        return settings.device();
    }

    @Override
    public String mode() {
        if (queues.isEmpty()) {
            return "";
        }
        return "TUN device %s, %s, %s"
                .formatted(
                        settings.device(),
                        settings.queues() == 1 ? "1 queue" : settings.queues() + " queues",
                        offload);
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
        if (offload.tcp()) {
            capabilities.add(Capability.SPLIT);
            capabilities.add(Capability.COALESCE);
        }
        return capabilities;
    }

    @Override
    protected void open() throws IOException {
        try {
            for (int i = 0; i < settings.queues(); i++) {
                queues.add(TunDevice.open(settings.device(), settings.queues() > 1));
            }
            offload = queues.getFirst().offload();
            setUp();
        } catch (IOException e) {
            shut();
            throw new IOException("port " + name() + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            shut();
            throw e;
        }
    }

    /** {@inheritDoc} Makes the device anew if somebody has removed it. */
    @Override
    public synchronized List<String> look() {
        if (queues.isEmpty()) {
            return List.of();
        }
        NetDevice device = NetDevice.find(settings.device());
        if (device == null || device.index() != index) {
            String notice = makeAnew();
            return notice.isEmpty() ? List.of() : List.of(notice);
        }
        if (device.up() != up) {
            up = device.up();
            String state = up ? " is up again" : " is down: packets for it are lost until it is up";
            return List.of(settings.device() + state);
        }
        return List.of();
    }

    private String makeAnew() {
        boolean first = index != 0;
        index = 0;
        try {
            for (TunDevice queue : queues) {
                TunDevice.open(settings.device(), settings.queues() > 1).replace(queue);
            }
            setUp();
            return settings.device() + " was removed: made anew";
        } catch (IOException e) {
            return first ? settings.device() + " was removed, and " + e.getMessage() : "";
        }
    }

    private void setUp() throws IOException {
        NetDevice device = NetDevice.find(settings.device());
        if (device == null) {
            throw new IOException(settings.device() + " was removed as soon as it was there");
        }
        try (LinkSetup link = new LinkSetup(device.index())) {
            bringUp(link, device);
            for (Network address : settings.addresses()) {
                link.address(address.address(), address.length());
            }
            for (Network route : settings.routes()) {
                link.route(route.address(), route.length());
            }
            index = device.index();
            up = true;
        } catch (OsException e) {
            String remedy =
                    e.errno() == EPERM()
                            ? "grant CAP_NET_ADMIN, or set the device up yourself by ip"
                            : "see why";
            throw new IOException(settings.device() + ": " + e.getMessage() + "; " + remedy, e);
        }
    }

    /** One that somebody else has set up as it is to be may be used without privileges. */
    private void bringUp(LinkSetup link, NetDevice device) {
        if (!device.up() || device.mtu() != mtu()) {
            link.up(mtu());
        }
    }

    @Override
    protected RxQueue openRxQueue(int index, MbufFiller filler) {
        return keep(new TunReceiver(queues.get(index).fd(), filler));
    }

    @Override
    protected TxQueue openTxQueue(int index, MbufSource home) {
        return keep(new TunSender(queues.get(index).fd(), offload.tcp(), offload.udp(), home));
    }

    @Override
    protected synchronized void shut() {
        queues.forEach(TunDevice::close);
        queues.clear();
    }
}
