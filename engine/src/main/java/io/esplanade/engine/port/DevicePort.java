package io.esplanade.engine.port;

import io.esplanade.engine.os.OsException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A port on a network device of the kernel's: knows it by name, sees when it goes down, comes
 * again, or changes, and says so. Below it opens sockets and moves packets.
 */
public abstract class DevicePort extends AbstractPort {

    /** The option that names the device. */
    public static final String DEVICE = "device";

    /** The option that says how many queues the port has. */
    public static final String QUEUES = "queues";

    private static final int MOST_QUEUES = 64;

    private final String device;
    private NetDevice seen; // of the thread that opens, then of the one that looks
    private boolean shut;
    private String trouble; // that the last look ended with
    private volatile long mac;
    private volatile int limit;

    protected DevicePort(PortSpec spec, int queues) {
        this(spec, NetDevice.find(device(spec)), queues);
    }

    private DevicePort(PortSpec spec, NetDevice now, int queues) {
        super(spec.name(), spec.side(), LinkType.ETHERNET, mtu(spec, now), queues);
        device = device(spec);
        mac = now == null ? 0 : now.mac();
    }

    private static int mtu(PortSpec spec, NetDevice now) {
        return spec.mtu() == 0 && now != null ? Math.min(now.mtu(), 65_535) : spec.mtu();
    }

    /** The name of the device that a configuration gives. */
    private static String device(PortSpec spec) {
        String device = spec.options().get(DEVICE);
        require(device != null, spec, "needs device: the name of a network device");
        boolean named =
                !device.isEmpty()
                        && device.length() <= NetDevice.LONGEST_NAME
                        && device.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/');
        require(named, spec, "device: '" + device + "' is no device's name");
        return device;
    }

    /** How many queues a configuration gives the port. */
    protected static int queues(PortSpec spec) {
        return number(spec, QUEUES, 1, 1, MOST_QUEUES);
    }

    /** The number that an option gives. */
    protected static int number(PortSpec spec, String option, int otherwise, int least, int most) {
        String text = spec.options().get(option);
        if (text == null) {
            return otherwise;
        }
        boolean right = text.matches("\\d{1,9}");
        int number = right ? Integer.parseInt(text) : 0;
        require(
                right && number >= least && number <= most,
                spec,
                "%s: %s is not a number from %d to %d".formatted(option, text, least, most));
        return number;
    }

    /**
     * @throws IllegalArgumentException if a configuration is not right
     */
    protected static void require(boolean right, PortSpec spec, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException("port " + spec.name() + ": " + otherwise);
        }
    }

    /** Refuses the options that the type does not have. */
    public static void checkOptions(PortSpec spec, Set<String> known) {
        for (String option : spec.options().keySet()) {
            require(known.contains(option), spec, "has no option " + option);
        }
    }

    @Override
    public final String device() {
        return device;
    }

    /** The link-layer address that the device has, or had when it was there last. */
    @Override
    public final long mac() {
        return mac;
    }

    /**
     * The longest packet that can be sent now, link-layer header not counted; 0 while the device is
     * down or gone. Any thread.
     */
    protected final int limit() {
        return limit;
    }

    @Override
    protected final void open() throws IOException {
        NetDevice now = NetDevice.find(device);
        if (now == null) {
            throw new IOException(
                    "port %s: there is no network device %s: create it, or name another"
                            .formatted(name(), device));
        }
        try {
            open(now);
        } catch (OsException e) {
            throw new IOException("port " + name() + ": " + e.getMessage(), e);
        }
        see(now);
    }

    /**
     * Opens the port on the device.
     *
     * @throws OsException if the system refuses: the message names the remedy
     */
    protected abstract void open(NetDevice now);

    /**
     * Begins anew on a device that has come again, by the conductor's thread; lanes use the queues
     * meanwhile.
     */
    protected abstract void reopen(NetDevice now);

    /**
     * Sees to what the port's own sockets need from time to time, by the conductor's thread.
     *
     * @param notices what a person should know is added to it
     */
    protected void tend(List<String> notices) {}

    private void see(NetDevice now) {
        seen = now;
        if (now != null) {
            mac = now.mac();
        }
        limit = now == null || !now.up() ? 0 : now.mtu();
    }

    /** Closes the sockets, whether or not they were opened. */
    protected abstract void shutSockets();

    /** {@inheritDoc} Waits for the conductor, should it look just now. */
    @Override
    protected final synchronized void shut() {
        shut = true;
        shutSockets();
    }

    @Override
    public final synchronized List<String> look() {
        if (shut) {
            return List.of();
        }
        try {
            List<String> notices = lookAtDevice();
            trouble = null;
            return notices;
        } catch (OsException e) {
            boolean told = e.getMessage().equals(trouble);
            trouble = e.getMessage();
            return told ? List.of() : List.of(trouble);
        }
    }

    private List<String> lookAtDevice() {
        List<String> notices = new ArrayList<>(0);
        NetDevice before = seen;
        NetDevice now = NetDevice.find(device);
        if (now != null && (before == null || now.index() != before.index())) {
            try {
                reopen(now);
                notices.add(device + " is there again: goes on with it");
            } catch (OsException e) {
                if (before != null) {
                    notices.add(device + " was replaced, but " + e.getMessage() + ": tries again");
                }
                see(null);
                return notices;
            }
        } else if (now == null && before != null) {
            notices.add(device + " is gone: packets for it are lost until it comes again");
        } else if (now != null) {
            compare(before, now, notices);
        }
        see(now);
        tend(notices);
        return notices;
    }

    private void compare(NetDevice before, NetDevice now, List<String> notices) {
        if (before.up() != now.up()) {
            notices.add(
                    now.up()
                            ? device + " is up again"
                            : device + " is down: packets for it are lost until it is up");
        }
        if (before.mtu() != now.mtu()) {
            notices.add(
                    "%s has an MTU of %d now, and had %d; the port's is %d: %s"
                            .formatted(
                                    device,
                                    now.mtu(),
                                    before.mtu(),
                                    mtu(),
                                    now.mtu() < mtu()
                                            ? "longer packets are lost; say mtu: " + now.mtu()
                                            : "packets fit"));
        }
        if (before.mac() != now.mac()) {
            notices.add(device + " has another link-layer address now");
        }
    }
}
