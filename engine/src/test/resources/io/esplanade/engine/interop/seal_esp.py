"""Seals packets into ESP with scapy: seal_esp.py SAS PLAN CAPTURE

SAS has a line for each SA: SPI, key and salt in hex, esn or short, outer source and destination.
PLAN has a line for each packet: SPI, 64-bit sequence number and inner packet, all in hex.
"""

import logging
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)

from scapy.layers.inet import IP  # noqa: E402
from scapy.layers.inet6 import IPv6  # noqa: E402
from scapy.layers.ipsec import ESP, SecurityAssociation  # noqa: E402
from scapy.utils import RawPcapWriter  # noqa: E402

LINKTYPE_RAW = 101


def main(sas, plan, capture):
    senders = {}
    with open(sas) as lines:
        for line in lines:
            spi, key, kind, source, destination = line.split()
            header = (IPv6 if ":" in source else IP)(src=source, dst=destination)
            senders[int(spi, 16)] = SecurityAssociation(
                ESP,
                spi=int(spi, 16),
                crypt_algo="AES-GCM",
                crypt_key=bytes.fromhex(key),
                tunnel_header=header,
                esn_en=kind == "esn",
            )
    out = RawPcapWriter(capture, linktype=LINKTYPE_RAW)
    with open(plan) as lines:
        for line in lines:
            spi, number, inner = line.split()
            sa = senders[int(spi, 16)]
            number = int(number, 16)
            data = bytes.fromhex(inner)
            packet = (IPv6 if data[0] >> 4 == 6 else IP)(data)
            sa.seq_num = number & 0xFFFFFFFF  # as an argument, 0 would mean none
            sealed = sa.encrypt(packet, esn=number >> 32)
            out.write(bytes(sealed))
    out.close()


main(*sys.argv[1:])
