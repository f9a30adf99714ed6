package io.esplanade.engine.counters;

import java.util.Locale;

/**
 * Why a packet was dropped: at once the counter, the text for people, and the name under which
 * Linux counts the same thing in {@code /proc/net/xfrm_stat} where it has one.
 *
 * <p>There is no drop without a reason: the drop sink takes one with each mbuf.
 */
public enum DropReason {
    /** Never counted: the value of an mbuf that has not been dropped. */
    NONE("", "not dropped"),

    RUNT("", "shorter than its headers say"),
    NOT_IP("", "neither IPv4 nor IPv6, such as LLDP"),
    BAD_IP_HEADER(
            "XfrmInHdrError", "IP header length, total length or an extension header is wrong"),
    BAD_CHECKSUM("", "IPv4 header checksum is wrong"),
    FRAGMENT(
            "",
            "a fragment that does not show the ports by which policy would decide, or that a"
                    + " transport-mode SA cannot take"),
    BAD_FRAGMENT("", "a fragment that cannot be part of a datagram: by its length, offset or ECN"),
    DUPLICATE_FRAGMENT("", "a fragment that was received before"),
    REASSEMBLY_OVERLAP("", "of a datagram whose fragments overlap: dropped whole (RFC 5722)"),
    REASSEMBLY_TIMEOUT("", "of a datagram whose other fragments did not come in time"),
    REASSEMBLY_FULL("", "more fragments wait than may, in all or from one source"),
    NO_MBUF_FOR_DATAGRAM("", "of a whole datagram for which there was no mbuf large enough"),
    NO_MBUF_FOR_FRAGMENT("", "was to be fragmented, and there were not enough mbufs"),
    OVERSIZED("", "does not fit the egress MTU and must not, or cannot, be fragmented"),
    TTL_EXPIRED("", "TTL or hop limit used up"),
    MULTICAST("", "multicast, broadcast or link-local: not forwarded"),
    NOT_FOR_US("", "addressed to this gateway itself, which has no service for it"),
    ICMP_TAKEN_NOTE_OF("", "told that an ESP packet was too big: taken note of, as intended"),
    ICMP_NOT_OURS("", "told of a packet too big that no SA of this gateway has sent lately"),
    NO_ROUTE("XfrmFwdHdrError", "no route to the destination"),
    NO_NEIGHBOUR("", "the next hop's link-layer address is not known, or it did not answer"),
    NEIGHBOUR_QUEUE_FULL(
            "", "more waits for link-layer addresses, or is told of them, than there is room for"),
    NEIGHBOUR_TAKEN_NOTE_OF(
            "", "ARP or neighbour discovery: taken note of or answered, as intended"),

    NO_SA("XfrmInNoStates", "no SA for this SPI and destination"),
    ENCAPSULATION_MISMATCH(
            "XfrmInStateMismatch",
            "the SA is for ESP in UDP and this is not, or the other way round"),
    KEEPALIVE("", "a NAT keepalive of the peer: discarded as intended (RFC 3948 §2.3)"),
    IKE("", "IKE on a port of UDP encapsulation: nobody here speaks it"),
    NO_OUTBOUND_SA(
            "XfrmOutNoStates", "the policy says PROTECT but its tunnel has no SA to send on"),
    ESP_RUNT("XfrmInHdrError", "ESP packet too short for header, IV, trailer and ICV"),
    AH_RUNT("XfrmInHdrError", "AH too short for its ICV, longer than the packet, or not aligned"),
    ESP_ALIGNMENT("XfrmInHdrError", "ESP payload is not a multiple of the cipher's block"),
    REPLAYED("XfrmInStateSeqError", "sequence number was received before"),
    TOO_OLD("XfrmInStateSeqError", "sequence number is left of the replay window"),
    ICV_FAILED("XfrmInStateProtoError", "integrity check value is wrong: tampered or wrong key"),
    CRYPTO_ERROR("XfrmInStateProtoError", "the crypto provider failed"),
    BAD_PADDING(
            "XfrmInStateProtoError", "ESP padding is not 1, 2, 3, … or longer than the payload"),
    DUMMY("", "a dummy packet for traffic flow confidentiality: discarded as intended"),
    BAD_AGGREGATE("XfrmInHdrError", "what was to be packets one behind the other is not"),
    AGGREGATE_INCOMPLETE(
            "", "part of a packet whose other part did not come just before or behind it"),
    PACING_QUEUE_FULL(
            "", "more waits to be sent at the tunnel's constant rate than may: raise the rate"),
    BAD_INNER_HEADER("XfrmInHdrError", "what was inside the tunnel is not a sound IP packet"),
    CONGESTION(
            "",
            "the path marked congestion and the packet inside knows no ECN: dropped so that its"
                    + " sender notices (RFC 6040 §4.2)"),
    UNSUPPORTED_PAYLOAD("XfrmInHdrError", "ESP next header is neither IPv4 nor IPv6"),
    POLICY_MISMATCH(
            "XfrmInTmplMismatch", "inner packet is outside the selectors of the SA it came on"),
    POLICY_DISCARD("XfrmInPolBlock", "the policy says DISCARD"),
    CLEARTEXT_FOR_PROTECT("XfrmInTmplMismatch", "came in clear, but the policy says PROTECT"),
    NO_POLICY("XfrmInNoPols", "no policy matches: discarded (RFC 4301 §5)"),
    NO_SA_FOR_ICMP_ERROR(
            "XfrmOutNoStates",
            "an ICMP error for which there is no policy, nor an SA for what answers the packet that"
                    + " it quotes (RFC 4301 §6.2)"),
    NOT_SEALED("XfrmOutError", "would have left an unprotected port in clear: refused"),

    TRANSPORT_ADDRESS(
            "XfrmOutStateInvalid",
            "a transport-mode SA takes only packets between its own two addresses"),
    SEQUENCE_EXHAUSTED("XfrmOutStateSeqError", "sequence numbers of the SA are used up: rekey"),
    LIFETIME_EXPIRED(
            "XfrmOutStateExpired", "the SA has sent as many packets as its lifetime lets it"),
    NONCE_BLOCK_EXHAUSTED(
            "XfrmOutStateSeqError", "the nonce store has not yet reserved more sequence numbers"),
    SA_RETIRED("XfrmOutStateInvalid", "the SA was removed while the packet was on its way"),

    NO_HEADROOM("XfrmOutBundleGenError", "no room in the mbuf before the packet"),
    NO_TAILROOM("XfrmOutBundleGenError", "no room in the mbuf behind the packet"),
    LOOP_LIMIT("", "passed the gateway four times: a policy or routing loop"),
    LOOP_FULL("", "loop ring full"),
    HAND_OVER_FULL("", "the ring to the lane that has the SA or the port is full"),
    TRANSMIT_FULL("", "the transmit queue stayed full for a whole cycle"),
    PORT_CLOSED("", "the egress port failed or was closed"),
    LANE_FAILED("", "a stage threw with this packet unfinished"),
    CLOSING("", "still under way when the engine's time to drain ran out");

    private static final DropReason[] VALUES = values();

    private final String xfrmStat;
    private final String text;

    DropReason(String xfrmStat, String text) {
        this.xfrmStat = xfrmStat;
        this.text = text;
    }

    /** The reason whose {@link #ordinal()} is {@code code}, as stored in an mbuf's metadata. */
    public static DropReason of(int code) {
        return VALUES[code];
    }

    /** Linux's name for it in {@code /proc/net/xfrm_stat}, or an empty string. */
    public String xfrmStat() {
        return xfrmStat;
    }

    /** One line for a person. */
    public String text() {
        return text;
    }

    /** The name in reports and JSON, such as {@code icv-failed}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
