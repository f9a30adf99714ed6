package io.esplanade.engine.interop.kernel;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.SecurityAssociation;

import java.lang.foreign.ValueLayout;
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
        return "xfrm state add src %s dst %s proto esp spi %s mode %s%s%s %s"
                .formatted(
                        sa.source().getHostAddress(),
                        sa.destination().getHostAddress(),
                        sa.spiText(),
                        mode(sa.mode()),
                        flags(sa),
                        numbers(sa),
                        algorithms(sa));
    }

    static String mode(SaMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    /** In a tunnel both families. */
    private static String flags(SecurityAssociation sa) {
        List<String> flags = new ArrayList<>();
        if (sa.mode() == SaMode.TUNNEL) {
            flags.add("af-unspec");
        }
        if (sa.esn()) {
            flags.add("esn");
        }
        return flags.isEmpty() ? "" : " flag " + String.join(" flag ", flags);
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
        return "enc %s %s auth-trunc %s 0x%s %d"
                .formatted(
                        suite.mode().xfrmName(),
                        suite.mode() == CipherMode.NULL ? "\"\"" : cipher,
                        suite.integrity().xfrmName(),
                        HexFormat.of().formatHex(key, cipherLength, key.length),
                        suite.icvLength() * 8);
    }
}
