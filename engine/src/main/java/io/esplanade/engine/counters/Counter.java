package io.esplanade.engine.counters;

import java.util.Locale;

/** What a lane counts besides drops: the name in reports and one line that explains it. */
public enum Counter {
    RX_PACKETS("packets received from ports"),
    RX_BYTES("bytes received from ports, link-layer headers included"),
    TX_PACKETS("packets accepted by transmit queues"),
    TX_BYTES("bytes accepted by transmit queues, link-layer headers included"),
    ENCRYPTED_PACKETS("packets encapsulated in ESP"),
    ENCRYPTED_BYTES("bytes of inner packets encapsulated in ESP"),
    DECRYPTED_PACKETS("packets whose ICV verified and which came out of ESP"),
    DECRYPTED_BYTES("bytes of inner packets that came out of ESP"),
    BYPASSED_PACKETS("packets let through in clear by policy"),
    LOOPED_PACKETS(
            "packets sent round again: to meet the outbound policy, to be cut, or to be answered"),
    FRAGMENTED_PACKETS("packets that were cut into fragments"),
    FRAGMENTS_MADE("fragments that packets were cut into, the first ones included"),
    FRAGMENTS_RECEIVED("fragments received for this gateway itself"),
    FRAGMENTS_REASSEMBLED("fragments that became part of a datagram"),
    DATAGRAMS_REASSEMBLED("datagrams put together from fragments"),
    PATH_MTU_LOWERED("times an ICMP error lowered the path MTU of an SA"),
    MSS_CLAMPED("TCP SYNs whose segment size was lowered to fit a tunnel"),
    AUDIT_SUPPRESSED("auditable events not told one by one, since there were too many"),
    ICMP_ERRORS_SENT("ICMP errors sent about packets that could not be forwarded"),
    FLOW_HITS("packets whose verdict was in the flow cache"),
    FLOW_MISSES("packets whose verdict was looked up in policies and routes"),
    BURSTS("bursts worked on"),
    CRYPTO_CALLS("crypto submissions, one per burst with ESP work in it"),
    HAND_OVERS("packets given to another lane, which has their SA or their port"),
    RING_VECTORS("vectors put into a lane's ring"),
    RING_OCCUPANCY("vectors found in the ring by each one put in, itself included, summed"),
    RING_FULL("cycles in which Ingress could take in nothing because its ring was full"),
    BARRIER_STALLS("cycles in which Egress had nothing to do but wait for a worker's vector"),
    LOCK_TAKEN("times a lock of the packet path was taken"),
    LOCK_CONTENDED("times it was another thread's, and had to be waited for"),
    LOCK_WAIT_NANOS("time waited for locks, ns"),
    LOCK_HELD_NANOS("time the giant lock was held, ns; sampled where it is taken per packet"),
    RX_LOST("packets lost before they were received: the kernel's ring to the port was full"),
    TX_LOST("packets lost on their way out: the device was down, gone, or took none so long"),
    NO_MBUF("times a receive queue found no free mbuf (the packet stays in its source)");

    private final String text;

    Counter(String text) {
        this.text = text;
    }

    /** One line for a person. */
    public String text() {
        return text;
    }

    /** The name in reports and JSON, such as {@code rx-packets}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
