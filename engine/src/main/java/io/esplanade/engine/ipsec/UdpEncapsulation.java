package io.esplanade.engine.ipsec;

/**
 * ESP in UDP datagrams (RFC 3948), for a peer behind a NAT or a firewall that lets nothing else
 * through.
 *
 * @param localPort this end's port, 1 to 65535; what arrives there is ESP, a keepalive, or IKE
 * @param remotePort the peer's port, as it is seen from here
 * @param checksum compute UDP checksums over IPv6, which most receivers there ask for; over IPv4,
 *     and otherwise, they are 0 (RFC 3948 §2.1, RFC 6935 §5). None is looked at: there is the ICV
 * @param follow inbound, in tunnel mode: when the peer's address or port changes, send to the new
 *     one. Believed is only a packet that passed its ICV and is newer than all before (RFC 7296
 *     §2.23)
 * @param keepalive outbound: after how many idle seconds to remind NATs on the way that this end is
 *     there (RFC 3948 §4); 0 for never
 */
public record UdpEncapsulation(
        int localPort, int remotePort, boolean checksum, boolean follow, int keepalive) {

    /** The port that IKE negotiates it for. */
    public static final int PORT = 4500;

    /** Seconds between keepalives unless told otherwise (RFC 3948 §4). */
    public static final int KEEPALIVE = 20;

    /** Between ports 4500, with everything on. */
    public static final UdpEncapsulation DEFAULT =
            new UdpEncapsulation(PORT, PORT, true, true, KEEPALIVE);

    public UdpEncapsulation {
        check("local", localPort);
        check("remote", remotePort);
        if (keepalive < 0) {
            throw new IllegalArgumentException("a keepalive interval is 0 or more: " + keepalive);
        }
    }

    private static void check(String which, int port) {
        if (port < 1 || port > 0xffff) {
            throw new IllegalArgumentException(
                    "the " + which + " port of UDP encapsulation is 1 to 65535, not " + port);
        }
    }

    public UdpEncapsulation withPorts(int newLocal, int newRemote) {
        return new UdpEncapsulation(newLocal, newRemote, checksum, follow, keepalive);
    }

    public UdpEncapsulation withChecksum(boolean on) {
        return new UdpEncapsulation(localPort, remotePort, on, follow, keepalive);
    }

    public UdpEncapsulation withFollow(boolean on) {
        return new UdpEncapsulation(localPort, remotePort, checksum, on, keepalive);
    }

    public UdpEncapsulation withKeepalive(int seconds) {
        return new UdpEncapsulation(localPort, remotePort, checksum, follow, seconds);
    }
}
