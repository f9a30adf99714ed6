"""Makes ah-vectors.txt: python3 make_ah_vectors.py > ah-vectors.txt

A line for each packet, as in mode-vectors.txt but for the suite in the place of the UDP ports and
esn or short behind the sequence number. The ICVs are computed here, by the words of RFC 4302, with
hmac and CMAC of Python and its cryptography; where scapy has AH right (not with ESN, and over IPv4
only without the padding to 64 bits that it adds), it must come to the same, and the line ends in
"scapy".

Debian 12: python3-cryptography 38.0.4, python3-scapy 2.5.0.
"""

import hashlib
import hmac
import logging
import struct
import warnings

warnings.filterwarnings("ignore")
logging.getLogger("scapy").setLevel(logging.ERROR)

from cryptography.hazmat.primitives.ciphers import algorithms  # noqa: E402
from cryptography.hazmat.primitives.cmac import CMAC  # noqa: E402
from scapy.layers.inet import (  # noqa: E402
    IP,
    TCP,
    UDP,
    IPOption,
    IPOption_RR,
    IPOption_Router_Alert,
)
from scapy.layers.inet6 import (  # noqa: E402
    HBHOptUnknown,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    PadN,
    RouterAlert,
)
from scapy.layers.ipsec import AH, SecurityAssociation  # noqa: E402

US, PEER = "192.0.2.1", "192.0.2.2"
US6, PEER6 = "2001:db8::1", "2001:db8::2"

# keyword: key, ICV, scapy's name
MACS = {
    "sha1": (20, 12, "HMAC-SHA1-96"),
    "sha256": (32, 16, "SHA2-256-128"),
    "sha384": (48, 24, "SHA2-384-192"),
    "sha512": (64, 32, "SHA2-512-256"),
    "aescmac": (16, 12, "AES-CMAC-96"),
}

spi = 0x2000


def some(label, n):
    """Bytes that look random and are always the same."""
    return hashlib.shake_128(label.encode()).digest(n)


def mac(name, key, message):
    if name == "aescmac":
        c = CMAC(algorithms.AES(key))
        c.update(message)
        return c.finalize()[:12]
    return hmac.new(key, message, name).digest()[: MACS[name][1]]


def zeroed(headers):
    """The bytes of IP headers with what may change zeroed (RFC 4302 3.3.3.1, appendix A)."""
    h = bytearray(headers)
    if h[0] >> 4 == 4:
        h[1] = h[6] = h[7] = h[8] = h[10] = h[11] = 0
        i = 20
        while i < len(h):
            if h[i] in (0, 1):
                i += 1
                continue
            n = h[i + 1]
            if h[i] not in (130, 133, 134, 148, 149):
                h[i : i + n] = bytes(n)
            i += n
        return bytes(h)
    h[0:4] = b"\x60\0\0\0"
    h[7] = 0
    number, at = h[6], 40
    while at < len(h):
        size = 8 + 8 * h[at + 1]
        if number in (0, 60):
            i = at + 2
            while i < at + size:
                if h[i] == 0:
                    i += 1
                    continue
                n = h[i + 1]
                if h[i] & 0x20:
                    h[i + 2 : i + 2 + n] = bytes(n)
                i += 2 + n
        number, at = h[at], at + size
    return bytes(h)


def split(packet):
    """IP headers that stay before AH, and the rest."""
    if packet[0] >> 4 == 4:
        n = (packet[0] & 15) * 4
        return packet[:n], packet[9], packet[n:]
    number, at, place, here = packet[6], 40, 40, packet[6]
    while number in (0, 43, 60):
        at2 = at + 8 + 8 * packet[at + 1]
        if number != 60:
            place, here = at2, packet[at]
        number, at = packet[at], at2
    return packet[:place], here, packet[place:]


def with_ah(headers, number, rest, total):
    """IP headers that say that AH follows."""
    h = bytearray(headers)
    if h[0] >> 4 == 4:
        h[9] = 51
        h[2:4] = struct.pack("!H", total)
        h[10:12] = b"\0\0"
        s = sum(struct.unpack("!%dH" % (len(h) // 2), h))
        while s >> 16:
            s = (s & 0xFFFF) + (s >> 16)
        h[10:12] = struct.pack("!H", ~s & 0xFFFF)
        return bytes(h)
    h[4:6] = struct.pack("!H", total - 40)
    field, at = 6, 40
    while at < len(h):
        field, at = at, at + 8 + 8 * h[at + 1]
    h[field] = 51
    return bytes(h)


def line(name, suite, packet, source, destination, tunnel=None, esn=False, scapy=True):
    global spi
    spi += 1
    key_length, icv_length, algorithm = MACS[suite]
    key = some(name + suite, key_length)
    sequence = int.from_bytes(some(name + suite + "n", 6 if esn else 2), "big") + 1
    clear = bytes(packet)
    if tunnel is not None:
        headers, rest = bytes(tunnel), clear
        number = 4 if clear[0] >> 4 == 4 else 41
    else:
        headers, number, rest = split(clear)
    ipv6 = headers[0] >> 4 == 6
    pad = -(12 + icv_length) % (8 if ipv6 else 4)
    size = 12 + icv_length + pad
    total = len(headers) + size + len(rest)
    headers = with_ah(headers, number, rest, total)
    fixed = struct.pack("!BBHII", number, size // 4 - 2, 0, spi, sequence & 0xFFFFFFFF)
    covered = zeroed(headers) + fixed + bytes(icv_length + pad) + rest
    icv = mac(suite, key, covered + (struct.pack("!I", sequence >> 32) if esn else b""))
    sealed = headers + fixed + icv + bytes(pad) + rest
    source_of_it = ""
    if scapy and not esn and (ipv6 or not (12 + icv_length) % 8):
        sa = SecurityAssociation(
            AH, spi=spi, auth_algo=algorithm, auth_key=key, tunnel_header=tunnel
        )
        theirs = bytes(sa.encrypt(type(packet)(clear), seq_num=sequence))
        assert theirs == sealed, (name, suite, theirs.hex(), sealed.hex())
        source_of_it = " scapy"
    print(
        name,
        "both",
        "tunnel" if tunnel is not None else "transport",
        suite,
        source,
        destination,
        "%08x" % spi,
        "%x" % sequence,
        key.hex(),
        clear.hex(),
        sealed.hex(),
        ("esn" if esn else "short") + source_of_it,
    )


def main():
    inners = {
        "4": IP(src="10.1.0.5", dst="10.2.0.5", tos=0xB9, flags="DF", ttl=63),
        "6": IPv6(src="fd01::5", dst="fd02::5", tc=0x2A, fl=0xABCDE, hlim=63),
    }
    for suite in MACS:
        for esn in (False, True):
            for inner, header in inners.items():
                packet = header / UDP(sport=1024, dport=7) / some(inner, 33)
                tc = 0xB9 if inner == "4" else 0x2A
                four = IP(src=US, dst=PEER, tos=tc, flags="DF", id=0)
                six = IPv6(src=US6, dst=PEER6, tc=tc, fl=0xABCDE if inner == "6" else 0)
                line(inner + "in4", suite, packet, US, PEER, four, esn)
                line(inner + "in6", suite, packet, US6, PEER6, six, esn)
            tcp = TCP(sport=1024, dport=80, seq=1, ack=2) / some("tcp", 101)
            four = IP(src=US, dst=PEER, ttl=63, id=77, tos=0x17)
            line("tcp-over-4", suite, four / tcp, US, PEER, None, esn)
            six = IPv6(src=US6, dst=PEER6, hlim=63, tc=0x17, fl=0x12345)
            line("tcp-over-6", suite, six / tcp, US6, PEER6, None, esn)

    udp = UDP(sport=1024, dport=7) / some("udp", 33)
    four = IP(src=US, dst=PEER, ttl=63)
    alert = IPOption_Router_Alert()
    line("immutable-option", "sha1", IP(src=US, dst=PEER, ttl=63, options=[alert]) / udp, US, PEER)
    route = IPOption_RR(routers=["192.0.2.9"], pointer=8)
    mixed = IP(src=US, dst=PEER, ttl=63, options=[alert, route, IPOption(b"\x9e\x04\x01\x02")])
    line("mutable-options", "sha1", mixed / udp, US, PEER, scapy=False)

    six = IPv6(src=US6, dst=PEER6, hlim=63)
    hop = IPv6ExtHdrHopByHop(options=[RouterAlert(), PadN(optdata=b"")])
    may = HBHOptUnknown(otype=0x3E, optlen=2, optdata=b"\1\2")
    stays = HBHOptUnknown(otype=0x1E, optlen=2, optdata=b"\3\4")
    changing = IPv6ExtHdrHopByHop(options=[may, stays, PadN(optdata=b"\0\0\0\0")])
    routing = IPv6ExtHdrRouting(addresses=[], segleft=0)
    options = IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0\0\0\0")])
    line("hop-by-hop", "sha256", six / hop / udp, US6, PEER6)
    line("mutable-hop-by-hop", "sha256", six / changing / udp, US6, PEER6, scapy=False)
    line("routing", "sha256", six / hop / options / routing / udp, US6, PEER6)
    line("options-behind-routing", "sha256", six / routing / options / udp, US6, PEER6)
    line("options-alone", "sha256", six / options / udp, US6, PEER6, scapy=False)


main()
