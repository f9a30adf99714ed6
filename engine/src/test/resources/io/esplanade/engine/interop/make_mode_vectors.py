"""Makes mode-vectors.txt: python3 make_mode_vectors.py > mode-vectors.txt

A line for each packet: what it shows, both or in (whether we make it too, or only take it), tunnel
or transport, encapsulation (none or two UDP ports, sender's and receiver's), source and destination
of the SA, SPI, sequence number, key, the packet in clear and the packet on the way, all but the
first words in hex. AES-GCM with the sequence number for an IV, all sealed by scapy.

Debian 12: python3-cryptography 38.0.4, python3-scapy 2.5.0.
"""

import hashlib
import logging
import struct
import warnings

warnings.filterwarnings("ignore")
logging.getLogger("scapy").setLevel(logging.ERROR)

from scapy.layers.inet import IP, TCP, UDP, IPOption_Router_Alert  # noqa: E402
from scapy.layers.inet6 import (  # noqa: E402
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    PadN,
    RouterAlert,
)
from scapy.layers.ipsec import ESP, SecurityAssociation  # noqa: E402

US, PEER = "192.0.2.1", "192.0.2.2"
US6, PEER6 = "2001:db8::1", "2001:db8::2"

spi = 0x1000


def some(label, n):
    """Bytes that look random and are always the same."""
    return hashlib.shake_128(label.encode()).digest(n)


def line(name, packet, source, destination, tunnel=None, nat_t=None, kind="both"):
    global spi
    spi += 1
    key = some(name, 20)
    sequence = int.from_bytes(some(name + "sequence", 2), "big") + 1
    sa = SecurityAssociation(
        ESP,
        spi=spi,
        crypt_algo="AES-GCM",
        crypt_key=key,
        tunnel_header=tunnel,
        nat_t_header=UDP(sport=nat_t[0], dport=nat_t[1]) if nat_t else None,
    )
    clear = type(packet)(bytes(packet))
    sealed = sa.encrypt(clear, seq_num=sequence, iv=struct.pack("!Q", sequence))
    if nat_t:
        sealed[UDP].len = len(sealed[UDP])  # scapy leaves it at 8
        if isinstance(sealed, IPv6):
            del sealed[UDP].chksum  # to be computed
    print(
        name,
        kind,
        "tunnel" if tunnel else "transport",
        "%d:%d" % nat_t if nat_t else "none",
        source,
        destination,
        "%08x" % spi,
        "%x" % sequence,
        key.hex(),
        bytes(packet).hex(),
        bytes(sealed).hex(),
    )


def tunnels():
    """All four mixes, with DSCP, ECN and flow label that come out on the outer header."""
    inners = {
        "4": IP(src="10.1.0.5", dst="10.2.0.5", tos=0xB9, flags="DF", ttl=63),
        "6": IPv6(src="fd01::5", dst="fd02::5", tc=0x2A, fl=0xABCDE, hlim=63),
    }
    for inner, header in inners.items():
        packet = header / UDP(sport=1024, dport=7) / some(inner, 33)
        tc = 0xB9 if inner == "4" else 0x2A
        four = IP(src=US, dst=PEER, tos=tc, flags="DF", id=0)
        six = IPv6(src=US6, dst=PEER6, tc=tc, fl=0xABCDE if inner == "6" else 0)
        line(inner + "in4", packet, US, PEER, four)
        line(inner + "in6", packet, US6, PEER6, six)
        line(inner + "in4-udp", packet, US, PEER, four, (4500, 4500))
        line(inner + "in6-udp", packet, US6, PEER6, six, (4500, 4501))
        line(inner + "in4-udp-other-ports", packet, US, PEER, four, (10000, 61234))


def transports():
    udp = UDP(sport=1024, dport=7) / some("udp", 33)
    tcp = TCP(sport=1024, dport=80, seq=1, ack=2) / some("tcp", 100)
    line("tcp-over-4", IP(src=US, dst=PEER, ttl=63, id=77) / tcp, US, PEER)
    options = IP(src=US, dst=PEER, ttl=63, options=[IPOption_Router_Alert()])
    line("4-with-options", options / udp, US, PEER)
    carried = IP(src="10.1.0.5", dst="10.2.0.5") / udp
    line("ip-in-ip", IP(src=US, dst=PEER, ttl=63) / carried, US, PEER)
    line("udp-encapsulated", IP(src=US, dst=PEER, ttl=63) / udp, US, PEER, None, (4500, 4500))

    six = IPv6(src=US6, dst=PEER6, hlim=63)
    hop = IPv6ExtHdrHopByHop(options=[RouterAlert(), PadN(optdata=b"")])
    routing = IPv6ExtHdrRouting(addresses=[], segleft=0)
    options = IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0\0\0\0")])
    line("udp-over-6", six / udp, US6, PEER6)
    line("hop-by-hop", six / hop / udp, US6, PEER6)
    line("routing", six / hop / routing / udp, US6, PEER6)
    line("options-before-routing", six / hop / options / routing / udp, US6, PEER6)
    line("options-behind-routing", six / routing / options / tcp, US6, PEER6)
    # scapy and Linux leave them in clear, RFC 4303 lets us protect them.
    line("options-alone", six / options / tcp, US6, PEER6, kind="in")


tunnels()
transports()
