package io.esplanade.engine.interop.kernel;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.IpsecProtocol;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.UdpEncapsulation;

import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** The engine's configuration as lines for {@code ip -batch}, by which the kernel has the same. */
final class Xfrm {

    /** The kernel's, whatever ours is; with ESN there must be one at either end. */
    static final int REPLAY_WINDOW = 64;

    private Xfrm() {}

    /** Whether the kernel has the suite: it has no implicit IVs (RFC 8750). */
    static boolean has(Suite suite) {
        return !suite.mode().xfrmName().isEmpty();
    }

    /** The other end of one of the engine's SAs. */
    static String state(SecurityAssociation sa) {
        return "xfrm state add src %s dst %s proto %s spi %s mode %s%s%s%s %s"
                .formatted(
                        sa.source().getHostAddress(),
                        sa.destination().getHostAddress(),
                        word(sa.protocol()),
                        sa.spiText(),
                        word(sa.mode()),
                        flags(sa),
                        numbers(sa),
                        encapsulation(sa),
                        algorithms(sa));
    }

    /** ESP and AH, tunnel and transport, as iproute2 writes them. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** In a tunnel both families; AH over IPv4 as the RFC has it (§3.3.3.2.1), not 8 bytes long. */
    private static String flags(SecurityAssociation sa) {
        List<String> flags = new ArrayList<>();
        if (sa.mode() == SaMode.TUNNEL) {
            flags.add("af-unspec");
        }
        if (sa.esn()) {
            flags.add("esn");
        }
        if (sa.protocol() == IpsecProtocol.AH && sa.source() instanceof Inet4Address) {
            flags.add("align4");
        }
        return flags.isEmpty() ? "" : " flag " + String.join(" flag ", flags);
    }

    /** Ports are written as packets have them. */
    private static String encapsulation(SecurityAssociation sa) {
        UdpEncapsulation udp = sa.encapsulation();
        if (udp == null) {
            return "";
        }
        boolean out = sa.direction() == Direction.OUTBOUND;
        return " encap espinudp %d %d 0.0.0.0"
                .formatted(
                        out ? udp.localPort() : udp.remotePort(),
                        out ? udp.remotePort() : udp.localPort());
    }

    /** Where its numbers begin: in the kernel's terms the last one that was sent or received. */
    private static String numbers(SecurityAssociation sa) {
        long last = sa.initialSequence() - 1;
        String mine = sa.direction() == Direction.OUTBOUND ? "replay-seq" : "replay-oseq";
        return " replay-window %d %s 0x%x%s"
                .formatted(
                        REPLAY_WINDOW,
                        mine,
                        last & 0xffff_ffffL,
                        sa.esn() ? " %s-hi 0x%x".formatted(mine, last >>> 32) : "");
    }

    private static String algorithms(SecurityAssociation sa) {
        Suite suite = sa.suite();
        byte[] key = sa.key().segment().toArray(ValueLayout.JAVA_BYTE);
        int cipherLength = suite.keyLength() + suite.saltLength();
        String cipher = "0x" + HexFormat.of().formatHex(key, 0, cipherLength);
        if (suite.integrity() == Integrity.NONE) {
            return "aead %s %s %d"
                    .formatted(suite.mode().xfrmName(), cipher, suite.icvLength() * 8);
        }
        String encryption =
                sa.protocol() == IpsecProtocol.AH
                        ? ""
                        : "enc %s %s "
                                .formatted(
                                        suite.mode().xfrmName(),
                                        suite.mode() == CipherMode.NULL ? "\"\"" : cipher);
        return "%sauth-trunc %s 0x%s %d"
                .formatted(
                        encryption,
                        suite.integrity().xfrmName(),
                        HexFormat.of().formatHex(key, cipherLength, key.length),
                        suite.icvLength() * 8);
    }
}
