"""Makes ip-vectors.txt: python3 make_ip_vectors.py > ip-vectors.txt

Lines of words, bytes in hex:

    error GATEWAY KIND MTU OFFENDER ERROR      the ICMP error that a gateway at this address makes
    fragments MTU PACKET FIRST SECOND ...      what becomes of a packet that has to fit an MTU

Everything is built and checksummed by scapy. The identification of what the gateway makes itself
is 1, and IPv6's is 0x11223344.

Debian 12: python3-scapy 2.5.0.
"""

import logging
import warnings

warnings.filterwarnings("ignore")
logging.getLogger("scapy").setLevel(logging.ERROR)

from scapy.layers.inet import ICMP, IP, IPOption_Router_Alert, TCP, UDP, fragment  # noqa: E402
from scapy.layers.inet6 import (  # noqa: E402
    ICMPv6DestUnreach,
    ICMPv6EchoRequest,
    ICMPv6PacketTooBig,
    ICMPv6TimeExceeded,
    IPv6,
    IPv6ExtHdrFragment,
    fragment6,
)
from scapy.packet import Raw  # noqa: E402

KINDS4 = {
    "NO_ROUTE": ICMP(type=3, code=0),
    "HOST_UNREACHABLE": ICMP(type=3, code=1),
    "PROHIBITED": ICMP(type=3, code=13),
    "TIME_EXCEEDED": ICMP(type=11, code=0),
}
KINDS6 = {
    "NO_ROUTE": ICMPv6DestUnreach(code=0),
    "HOST_UNREACHABLE": ICMPv6DestUnreach(code=3),
    "PROHIBITED": ICMPv6DestUnreach(code=1),
    "TIME_EXCEEDED": ICMPv6TimeExceeded(code=0),
}


def data(n):
    return Raw(bytes(i * 7 & 255 for i in range(n)))


def error4(kind, mtu, offender):
    icmp = ICMP(type=3, code=4, nexthopmtu=mtu) if kind == "TOO_BIG" else KINDS4[kind]
    quote = bytes(offender)[: 576 - 28]
    ip = IP(src="10.1.0.1", dst=offender[IP].src, tos=0xC0, id=1, ttl=64)
    print("error 10.1.0.1", kind, mtu, bytes(offender).hex(), bytes(ip / icmp / Raw(quote)).hex())


def error6(kind, mtu, offender):
    icmp = ICMPv6PacketTooBig(mtu=mtu) if kind == "TOO_BIG" else KINDS6[kind]
    quote = bytes(offender)[: 1280 - 48]
    ip = IPv6(src="fd01::1", dst=offender[IPv6].src, tc=0xC0, hlim=64)
    print("error fd01::1", kind, mtu, bytes(offender).hex(), bytes(ip / icmp / Raw(quote)).hex())


for n in (0, 3, 519, 520, 1400):
    packet = IP(src="10.1.0.5", dst="10.2.0.5", flags="DF", ttl=9) / UDP(sport=1, dport=2) / data(n)
    for kind in KINDS4 if n == 3 else ["TIME_EXCEEDED"]:
        error4(kind, 0, packet)
    error4("TOO_BIG", 1234, packet)
error4("TIME_EXCEEDED", 0, IP(src="10.1.0.5", dst="10.2.0.5") / ICMP() / data(40))
error4("TIME_EXCEEDED", 0, IP(src="10.1.0.5", dst="10.2.0.5", flags="MF") / TCP() / data(36))
for n in (0, 3, 1183, 1184, 1400):
    packet = IPv6(src="fd01::5", dst="fd02::5", hlim=9) / UDP(sport=1, dport=2) / data(n)
    for kind in KINDS6 if n == 3 else ["TIME_EXCEEDED"]:
        error6(kind, 0, packet)
    error6("TOO_BIG", 1280, packet)
error6("TIME_EXCEEDED", 0, IPv6(src="fd01::5", dst="fd02::5") / ICMPv6EchoRequest() / data(40))


def fragments4(mtu, packet, size):
    pieces = fragment(IP(bytes(packet)), fragsize=size)
    print("fragments", mtu, bytes(packet).hex(), *(bytes(p).hex() for p in pieces))


for n in (1400, 2800):
    packet = IP(src="10.1.0.5", dst="10.2.0.5", id=77) / UDP(sport=1, dport=2) / data(n)
    fragments4(576, packet, 552)
    fragments4(1399, packet, 1376)
options = [IPOption_Router_Alert(), IPOption_Router_Alert()]  # copied into each fragment
fragments4(600, IP(src="10.1.0.5", dst="10.2.0.5", id=78, options=options) / data(1300), 568)
for n in (1400, 3600):
    packet = IPv6(src="2001:db8::1", dst="2001:db8::2", nh=50) / data(n)
    ext = IPv6(src="2001:db8::1", dst="2001:db8::2") / IPv6ExtHdrFragment(nh=50, id=0x11223344) / data(n)
    pieces = fragment6(ext, 1280)
    print("fragments", 1280, bytes(packet).hex(), *(bytes(p).hex() for p in pieces))
