package io.esplanade.engine.ipsec;

import java.util.Objects;

/**
 * How an outbound tunnel's outer header follows from the inner one (RFC 4301 §5.1.2). What comes
 * back into the inner header when a tunnel ends is not a matter of choice: ECN alone, by RFC 6040
 * §4.2.
 *
 * @param df IPv4: the Don't Fragment bit; an inner IPv6 packet counts as having it
 * @param dscp the outer DSCP for each inner one
 * @param ecn the outer ECN field
 * @param flowLabel IPv6: the flow label
 * @param ttl TTL or hop limit, 1 to 255
 */
public record HeaderRules(
        DontFragment df, DscpMap dscp, EcnMode ecn, FlowLabel flowLabel, int ttl) {

    /** What an SA has that says nothing: all is copied. */
    public static final HeaderRules DEFAULT =
            new HeaderRules(DontFragment.COPY, DscpMap.COPY, EcnMode.NORMAL, FlowLabel.COPY, 64);

    /** What becomes of DF. */
    public enum DontFragment {
        COPY,
        SET,
        CLEAR
    }

    /** RFC 6040 §4.1: how a tunnel begins. */
    public enum EcnMode {
        /** The outer header has the inner one's ECN. */
        NORMAL,

        /** The outer header is Not-ECT, for a tunnel whose other end knows nothing of ECN. */
        COMPATIBILITY
    }

    /** RFC 6437 §3, RFC 6438 §3. */
    public enum FlowLabel {
        /** The inner header's; 0 where that is IPv4. */
        COPY,
        ZERO,

        /** One for each flow, so that routers may spread flows over equal paths. */
        HASH
    }

    public HeaderRules {
        Objects.requireNonNull(df, "df");
        Objects.requireNonNull(dscp, "dscp");
        Objects.requireNonNull(ecn, "ecn");
        Objects.requireNonNull(flowLabel, "flowLabel");
        if (ttl < 1 || ttl > 255) {
            throw new IllegalArgumentException("an outer TTL is 1 to 255, not " + ttl);
        }
    }

    public HeaderRules withDf(DontFragment newDf) {
        return new HeaderRules(newDf, dscp, ecn, flowLabel, ttl);
    }

    public HeaderRules withDscp(DscpMap newDscp) {
        return new HeaderRules(df, newDscp, ecn, flowLabel, ttl);
    }

    public HeaderRules withEcn(EcnMode newEcn) {
        return new HeaderRules(df, dscp, newEcn, flowLabel, ttl);
    }

    public HeaderRules withFlowLabel(FlowLabel newFlowLabel) {
        return new HeaderRules(df, dscp, ecn, newFlowLabel, ttl);
    }

    public HeaderRules withTtl(int newTtl) {
        return new HeaderRules(df, dscp, ecn, flowLabel, newTtl);
    }
}
