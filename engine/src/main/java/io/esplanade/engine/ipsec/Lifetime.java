package io.esplanade.engine.ipsec;

import java.time.Duration;
import java.util.Objects;

/**
 * How long an SA may be used (RFC 4301 §4.4.2.1). At its soft limit the engine's owner is told that
 * it is to be replaced; at its hard limit it ends: no packet is sent or taken on it any more, it is
 * removed and its key wiped.
 *
 * <p>An outbound SA sends exactly as many packets as its hard limit says, and not one more. All
 * else is looked at every tenth of a second (among more than 4096 SAs seldomer, each of a million
 * at least every seven seconds): until then, what goes through counts and still goes through.
 *
 * @param soft where it is to be replaced
 * @param hard where it ends
 */
public record Lifetime(Limit soft, Limit hard) {

    /** As long as its numbers last. */
    public static final Lifetime UNLIMITED = new Lifetime(Limit.NONE, Limit.NONE);

    public Lifetime {
        Objects.requireNonNull(soft, "soft");
        Objects.requireNonNull(hard, "hard");
        boolean inOrder =
                isBefore(soft.time.toNanos(), hard.time.toNanos())
                        && isBefore(soft.bytes, hard.bytes)
                        && isBefore(soft.packets, hard.packets);
        if (!inOrder) {
            throw new IllegalArgumentException(
                    "a soft limit that is not below its hard one comes too late: lower it");
        }
    }

    private static boolean isBefore(long soft, long hard) {
        return hard == 0 || soft < hard;
    }

    /** The same with another soft limit. */
    public Lifetime withSoft(Limit limit) {
        return new Lifetime(limit, hard);
    }

    /** The same with another hard limit. */
    public Lifetime withHard(Limit limit) {
        return new Lifetime(soft, limit);
    }

    /**
     * What is reached when any of these is.
     *
     * @param time since the SA was added; zero for no limit
     * @param bytes of inner packets; 0 for no limit
     * @param packets 0 for no limit
     */
    public record Limit(Duration time, long bytes, long packets) {

        /** None at all. */
        public static final Limit NONE = new Limit(Duration.ZERO, 0, 0);

        public Limit {
            if (time.isNegative() || bytes < 0 || packets < 0) {
                throw new IllegalArgumentException("limits are positive, or 0 for none");
            }
        }

        public static Limit ofTime(Duration time) {
            return NONE.withTime(time);
        }

        public static Limit ofBytes(long bytes) {
            return NONE.withBytes(bytes);
        }

        public static Limit ofPackets(long packets) {
            return NONE.withPackets(packets);
        }

        public Limit withTime(Duration limit) {
            return new Limit(limit, bytes, packets);
        }

        public Limit withBytes(long limit) {
            return new Limit(time, limit, packets);
        }

        public Limit withPackets(long limit) {
            return new Limit(time, bytes, limit);
        }

        /** Which one an SA of this age that has counted so much has reached, or null. */
        Expiry reached(long ageNanos, long countedBytes, long countedPackets) {
            if (isReached(time.toNanos(), ageNanos)) {
                return Expiry.TIME;
            }
            if (isReached(bytes, countedBytes)) {
                return Expiry.BYTES;
            }
            return isReached(packets, countedPackets) ? Expiry.PACKETS : null;
        }

        private static boolean isReached(long limit, long value) {
            return limit != 0 && value >= limit;
        }
    }
}
