package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.Lifetime;
import io.esplanade.engine.ipsec.Lifetime.Limit;

import java.math.BigInteger;
import java.time.Duration;

/** Reads how long a tunnel's SAs may be used. */
final class LifetimeReader {

    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);
    private static final int LONGEST = 1_000_000_000; // s: more than thirty years

    private LifetimeReader() {}

    static Lifetime read(Fields tunnel, Problems problems) {
        return tunnel.node("lifetime")
                .flatMap(node -> Fields.of(node, "lifetime", Vocabulary.LIFETIME, problems))
                .map(fields -> limits(fields, problems))
                .orElse(Lifetime.UNLIMITED);
    }

    private static Lifetime limits(Fields fields, Problems problems) {
        Limit soft = limit(fields, "rekey");
        Limit hard = limit(fields, "life");
        boolean inOrder =
                isBefore(fields, "time", soft.time().toSeconds(), hard.time().toSeconds(), problems)
                        & isBefore(fields, "bytes", soft.bytes(), hard.bytes(), problems)
                        & isBefore(fields, "packets", soft.packets(), hard.packets(), problems);
        return inOrder ? new Lifetime(soft, hard) : Lifetime.UNLIMITED;
    }

    private static Limit limit(Fields fields, String kind) {
        long seconds = fields.integer(kind + "-time", 1, LONGEST).map(At::value).orElse(0);
        return new Limit(
                Duration.ofSeconds(seconds),
                count(fields, kind + "-bytes"),
                count(fields, kind + "-packets"));
    }

    private static long count(Fields fields, String key) {
        return fields.value(key, LifetimeReader::positive).map(At::value).orElse(0L);
    }

    private static long positive(String text) {
        BigInteger number = Literals.number(text);
        if (number.signum() <= 0 || number.compareTo(MOST) > 0) {
            throw new Wrong(text + " is out of range", "use 1 to 2^63-1");
        }
        return number.longValue();
    }

    private static boolean isBefore(
            Fields fields, String what, long soft, long hard, Problems problems) {
        boolean inOrder = soft == 0 || hard == 0 || soft < hard;
        if (!inOrder) {
            problems.error(
                    fields.position("rekey-" + what),
                    "rekey-%s %d is not below life-%s %d".formatted(what, soft, what, hard),
                    "leave time to put another SA in its place");
        }
        return inOrder;
    }
}
