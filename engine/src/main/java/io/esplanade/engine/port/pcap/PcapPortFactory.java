package io.esplanade.engine.port.pcap;

import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.PortSpec;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Makes ports of type {@code pcap}. Their options:
 *
 * <dl>
 *   <dt>{@code read}
 *   <dd>the capture its packets come from, pcap or pcapng: a file, no pipe; without it nothing
 *       comes
 *   <dt>{@code write}
 *   <dd>the pcap file its packets go to, which is overwritten; without it packets sent there are
 *       dropped as {@code PORT_CLOSED}
 *   <dt>{@code link}
 *   <dd>{@code raw} (the default): packets of raw IP, those read from Ethernet losing that header;
 *       {@code ethernet}: frames, as read and written
 *   <dt>{@code mac}
 *   <dd>the port's own address with {@code link: ethernet}, such as {@code 02:00:00:00:00:01}
 * </dl>
 */
public final class PcapPortFactory implements PortFactory {

    /** The port type's name in configuration. */
    public static final String TYPE = "pcap";

    private static final String READ = "read";
    private static final String WRITE = "write";
    private static final String LINK = "link";
    private static final String MAC = "mac";
    private static final Set<String> OPTIONS = Set.of(READ, WRITE, LINK, MAC);

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Set<String> options() {
        return OPTIONS;
    }

    @Override
    public Port create(PortSpec spec) {
        Map<String, String> options = spec.options();
        for (String option : options.keySet()) {
            require(OPTIONS.contains(option), spec, "has no option " + option);
        }
        Path read = path(spec, READ);
        Path write = path(spec, WRITE);
        require(read != null || write != null, spec, "needs read: FILE, write: FILE or both");
        require(
                read == null || write == null || !same(read, write),
                spec,
                "reads and writes the same file; write another");
        LinkType linkType = linkType(spec);
        return new PcapPort(spec, linkType, mac(spec, linkType), read, write);
    }

    private static boolean same(Path read, Path write) {
        return read.toAbsolutePath().normalize().equals(write.toAbsolutePath().normalize());
    }

    private static Path path(PortSpec spec, String option) {
        String value = spec.options().get(option);
        if (value == null) {
            return null;
        }
        require(!value.isEmpty(), spec, option + " names no file");
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    "port " + spec.name() + ": " + option + ": " + e.getMessage(), e);
        }
    }

    private static LinkType linkType(PortSpec spec) {
        String link = spec.options().getOrDefault(LINK, "raw");
        return switch (link) {
            case "raw" -> LinkType.RAW_IP;
            case "ethernet" -> LinkType.ETHERNET;
            default ->
                    throw new IllegalArgumentException(
                            "port %s: link: %s is neither raw nor ethernet"
                                    .formatted(spec.name(), link));
        };
    }

    private static long mac(PortSpec spec, LinkType linkType) {
        String text = spec.options().get(MAC);
        if (linkType == LinkType.RAW_IP) {
            require(text == null, spec, "mac goes with link: ethernet only");
            return 0;
        }
        require(
                text != null && text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}"),
                spec,
                "link: ethernet needs mac, such as 02:00:00:00:00:01");
        long mac = Long.parseLong(text.replace(":", ""), 16);
        require(mac != 0 && (mac >>> 40 & 1) == 0, spec, "mac is no host's own address: " + text);
        return mac;
    }

    private static void require(boolean right, PortSpec spec, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException("port " + spec.name() + ": " + otherwise);
        }
    }
}
