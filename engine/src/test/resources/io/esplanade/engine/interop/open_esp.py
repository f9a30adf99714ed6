"""Opens ESP packets with scapy: open_esp.py SAS CAPTURE RESULT

SAS has a line for each SA: SPI, key and salt in hex, esn or short, and the number before the first.
RESULT gets a line for each packet: SPI, 64-bit sequence number and inner packet in hex, or why not.
"""

import logging
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)

from scapy.layers.inet import IP  # noqa: E402
from scapy.layers.inet6 import IPv6  # noqa: E402
from scapy.layers.ipsec import ESP, SecurityAssociation  # noqa: E402
from scapy.utils import RawPcapReader  # noqa: E402


class Receiver:
    def __init__(self, spi, key, esn, before):
        self.spi = spi
        self.key = key
        self.esn = esn
        self.last = before

    def open(self, packet):
        low = packet[ESP].seq
        high = 0
        if self.esn:
            high = self.last >> 32
            if low < self.last & 0xFFFFFFFF:
                high += 1
        self.last = high << 32 | low
        sa = SecurityAssociation(
            ESP,
            spi=self.spi,
            crypt_algo="AES-GCM",
            crypt_key=self.key,
            tunnel_header=type(packet)(),
            esn_en=self.esn,
            esn=high,
        )
        return "%08x %016x %s" % (self.spi, self.last, bytes(sa.decrypt(packet)).hex())


def main(sas, capture, result):
    receivers = {}
    with open(sas) as lines:
        for line in lines:
            spi, key, kind, before = line.split()
            receivers[int(spi, 16)] = Receiver(
                int(spi, 16), bytes.fromhex(key), kind == "esn", int(before, 16)
            )
    with open(result, "w") as out:
        for data, _ in RawPcapReader(capture):
            try:
                packet = (IPv6 if data[0] >> 4 == 6 else IP)(data)
                print(receivers[packet[ESP].spi].open(packet), file=out)
            except Exception as e:
                print("refused: %s %s" % (type(e).__name__, e), file=out)


main(*sys.argv[1:])
