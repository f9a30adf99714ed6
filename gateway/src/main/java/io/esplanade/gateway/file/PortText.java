package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.net.IpProtocol;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Protocols and their ports as people write them. Where a protocol has a type in a port's place it
 * is written {@code 8}, {@code 3(1)} with a code, {@code 3(1-4)}, {@code 128-129}.
 */
final class PortText {

    /** The protocols that have names here, by IANA number. */
    static final Map<String, Integer> PROTOCOLS = protocols();

    private static final Pattern TYPES =
            Pattern.compile(
                    "(\\d{1,3})(?:\\((\\d{1,3})(?:-(\\d{1,3}))?\\))?"
                            + "(?:-(\\d{1,3})(?:\\((\\d{1,3})\\))?)?");

    private PortText() {}

    private static Map<String, Integer> protocols() {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        numbers.put("icmp", IpProtocol.ICMP);
        numbers.put("tcp", IpProtocol.TCP);
        numbers.put("udp", IpProtocol.UDP);
        numbers.put("dccp", IpProtocol.DCCP);
        numbers.put("gre", 47);
        numbers.put("esp", IpProtocol.ESP);
        numbers.put("ah", IpProtocol.AH);
        numbers.put("icmpv6", IpProtocol.ICMPV6);
        numbers.put("sctp", IpProtocol.SCTP);
        numbers.put("mh", IpProtocol.MOBILITY);
        numbers.put("udplite", IpProtocol.UDP_LITE);
        numbers.put("any", TrafficSelector.ANY_PROTOCOL);
        numbers.put("opaque", TrafficSelector.OPAQUE_PROTOCOL);
        return numbers;
    }

    /** A protocol's name or number. */
    static int protocol(String text) {
        Integer known = PROTOCOLS.get(text.toLowerCase(Locale.ROOT));
        if (known != null) {
            return known;
        }
        if (text.matches("\\d{1,3}") && Integer.parseInt(text) <= 255) {
            return Integer.parseInt(text);
        }
        throw new Wrong(
                "'" + text + "' is not a protocol",
                "use 0 to 255 or one of: " + String.join(", ", PROTOCOLS.keySet()));
    }

    /** The ports or types of a protocol: one, {@code first-last}, {@code any}, {@code opaque}. */
    static PortRange parse(int protocol, String text) {
        if (!IpProtocol.hasPortsOrType(protocol)) {
            throw new Wrong(
                    of(protocol) + " has no ports",
                    "name a protocol that has (tcp, udp, sctp, dccp, udplite; or icmp, icmpv6, mh"
                            + " for types), or no ports");
        }
        return switch (text) {
            case "any" -> PortRange.ANY;
            case "opaque" -> PortRange.OPAQUE;
            default -> IpProtocol.hasType(protocol) ? types(text) : ports(text);
        };
    }

    private static PortRange ports(String text) {
        String[] ends = text.split("-", 2);
        try {
            int first = Integer.parseInt(ends[0].strip());
            int last = ends.length == 1 ? first : Integer.parseInt(ends[1].strip());
            if (first <= last) {
                return new PortRange(first, last);
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new Wrong(
                "'" + text + "' is not a port or a range of ports",
                "write one like 53 or 1024-2047, or any, or opaque; ports are 0 to 65535");
    }

    private static PortRange types(String text) {
        Matcher matcher = TYPES.matcher(text);
        boolean codes = matcher.matches() && matcher.group(3) != null;
        try {
            if (matcher.matches() && !(codes && matcher.group(4) != null)) {
                int first = Integer.parseInt(matcher.group(1));
                int last = number(matcher.group(4), first);
                int firstCode = number(matcher.group(2), 0);
                String lastCode = matcher.group(codes ? 3 : matcher.group(4) != null ? 5 : 2);
                PortRange range = PortRange.ofTypes(first, firstCode, last, number(lastCode, 255));
                if (!range.isOpaque()) {
                    return range;
                }
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new Wrong(
                "'" + text + "' is not a type or a range of types",
                "write one like 8, 3(1) with a code, 3(1-4), 128-129, or any, or opaque; they are 0"
                        + " to 255");
    }

    private static int number(String text, int otherwise) {
        return text == null ? otherwise : Integer.parseInt(text);
    }

    /** A protocol's name, or its number. */
    static String of(int protocol) {
        return PROTOCOLS.entrySet().stream()
                .filter(e -> e.getValue() == protocol)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(Integer.toString(protocol));
    }

    /** Ports, or types with their codes unless those are all. */
    static String of(int protocol, PortRange ports) {
        if (!IpProtocol.hasType(protocol) || ports.isAny() || ports.isOpaque()) {
            return ports.toString();
        }
        int first = ports.first() >>> 8;
        int firstCode = ports.first() & 255;
        int last = ports.last() >>> 8;
        int lastCode = ports.last() & 255;
        if (firstCode == 0 && lastCode == 255) {
            return first == last ? "" + first : first + "-" + last;
        }
        if (first != last) {
            return "%d(%d)-%d(%d)".formatted(first, firstCode, last, lastCode);
        }
        String codes = firstCode == lastCode ? "" + firstCode : firstCode + "-" + lastCode;
        return first + "(" + codes + ")";
    }
}
