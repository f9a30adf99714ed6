"""Makes suite-vectors.txt: python3 make_suite_vectors.py > suite-vectors.txt

A line for each suite, without ESN and with it: keyword, SPI, 64-bit sequence number, esn or short,
key material (cipher key, salt, integrity key), IV, inner packet and ESP packet, all in hex.

Every packet is built here from the RFCs with the primitives of Python's cryptography. Where scapy
has the suite it must come to the same, and the line ends in "scapy".

Debian 12: python3-cryptography 38.0.4, python3-scapy 2.5.0.
"""

import hashlib
import hmac
import logging
import struct
import warnings

warnings.filterwarnings("ignore")
logging.getLogger("scapy").setLevel(logging.ERROR)

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: E402
from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: E402
    AESCCM,
    AESGCM,
    ChaCha20Poly1305,
)
from cryptography.hazmat.primitives.cmac import CMAC  # noqa: E402
from scapy.layers.inet import IP  # noqa: E402
from scapy.layers.ipsec import ESP, SecurityAssociation  # noqa: E402

BITS = (128, 192, 256)

# keyword: key, ICV
MACS = {
    "sha1": (20, 12),
    "sha256": (32, 16),
    "sha384": (48, 24),
    "sha512": (64, 32),
    "aesxcbc": (16, 12),
    "aescmac": (16, 12),
}
SCAPY_MACS = {
    "sha1": "HMAC-SHA1-96",
    "sha256": "SHA2-256-128",
    "sha384": "SHA2-384-192",
    "sha512": "SHA2-512-256",
    "aescmac": "AES-CMAC-96",
}


def some(label, n):
    """Bytes that look random and are always the same."""
    return hashlib.shake_128(label.encode()).digest(n)


def inner(label):
    data = some(label, 1 + some(label, 1)[0] % 40)
    return bytes(IP(src="10.1.0.5", dst="10.2.0.5", proto=253, ttl=63) / data)


def padded(packet, alignment):
    """RFC 4303 2.4: 1, 2, 3 ..., pad length, next header."""
    n = -(len(packet) + 2) % alignment
    return packet + bytes(range(1, n + 1)) + bytes((n, 4))


def ecb(key, block):
    e = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return e.update(block) + e.finalize()


def crypt(algorithm, mode, text):
    e = Cipher(algorithm, mode).encryptor()
    return e.update(text) + e.finalize()


def xcbc(key, message):
    """RFC 3566 4."""
    k1, k2, k3 = (ecb(key, bytes((i,)) * 16) for i in (1, 2, 3))
    last = len(message) - (len(message) - 1) % 16 - 1
    block, k = message[last:], k2
    if len(block) < 16:
        block, k = (block + b"\x80").ljust(16, b"\0"), k3
    e = bytes(16)
    for i in range(0, last, 16):
        e = ecb(k1, bytes(a ^ b for a, b in zip(e, message[i : i + 16])))
    return ecb(k1, bytes(a ^ b ^ c for a, b, c in zip(e, block, k)))


def mac(name, key, message):
    if name == "aesxcbc":
        whole = xcbc(key, message)
    elif name == "aescmac":
        c = CMAC(algorithms.AES(key))
        c.update(message)
        whole = c.finalize()
    else:
        whole = hmac.new(key, message, name).digest()
    return whole[: MACS[name][1]]


class Case:
    def __init__(self, keyword, esn):
        self.keyword = keyword
        self.esn = esn
        label = keyword + ("esn" if esn else "")
        self.spi = 0x1000 + some(label + "spi", 1)[0]
        self.sequence = int.from_bytes(some(label + "sequence", 8 if esn else 4), "big") | 1
        self.low = self.sequence & 0xFFFFFFFF
        self.high = self.sequence >> 32
        self.header = struct.pack("!II", self.spi, self.low)
        number = struct.pack("!Q", self.sequence) if esn else struct.pack("!I", self.low)
        self.aad = struct.pack("!I", self.spi) + number
        self.packet = inner(label)
        self.label = label

    def some(self, what, n):
        return some(self.label + what, n)

    def line(self, key, iv, esp, crypt_algo=None, crypt_key=None, auth=None, auth_key=None):
        source = ""
        if crypt_algo is not None:
            sa = SecurityAssociation(
                ESP,
                spi=self.spi,
                crypt_algo=crypt_algo,
                crypt_key=crypt_key,
                auth_algo=auth,
                auth_key=auth_key,
                tunnel_header=IP(src="192.0.2.1", dst="192.0.2.2"),
                esn_en=self.esn,
                esn=self.high,
            )
            sealed = sa.encrypt(
                IP(self.packet), seq_num=self.low, iv=iv or None, esn_en=self.esn, esn=self.high
            )
            assert bytes(sealed[ESP]) == esp, self.keyword
            source = " scapy"
        print(
            "%s %08x %016x %s %s %s %s %s%s"
            % (
                self.keyword,
                self.spi,
                self.sequence,
                "esn" if self.esn else "short",
                key.hex(),
                iv.hex() or "-",
                self.packet.hex(),
                esp.hex(),
                source,
            )
        )


def aead(keyword, esn, make, key_length, salt_length, icv, implicit, scapy):
    c = Case(keyword, esn)
    key, salt = c.some("key", key_length), c.some("salt", salt_length)
    iv = struct.pack("!Q", c.sequence) if implicit else c.some("iv", 8)
    sealed = make(key).encrypt(salt + iv, padded(c.packet, 4), c.aad)
    if icv:
        sealed = sealed[: len(sealed) - 16 + icv]
    if implicit:
        c.line(key + salt, b"", c.header + sealed)
    else:
        c.line(key + salt, iv, c.header + iv + sealed, scapy, key + salt)


def gmac(keyword, esn, key_length):
    """RFC 4543: the IV is authenticated too."""
    c = Case(keyword, esn)
    key, salt, iv = c.some("key", key_length), c.some("salt", 4), c.some("iv", 8)
    text = padded(c.packet, 4)
    icv = AESGCM(key).encrypt(salt + iv, b"", c.aad + iv + text)
    c.line(key + salt, iv, c.header + iv + text + icv)


def separate(cipher, name, esn, key_length, salt_length, iv_length, alignment, seal, scapy):
    c = Case(cipher + "-" + name, esn)
    key, salt, iv = c.some("key", key_length), c.some("salt", salt_length), c.some("iv", iv_length)
    mac_key = c.some("mac", MACS[name][0])
    covered = c.header + iv + seal(key, salt, iv, padded(c.packet, alignment))
    icv = mac(name, mac_key, covered + (struct.pack("!I", c.high) if esn else b""))
    if name in SCAPY_MACS and not esn:  # with a MAC of its own, scapy leaves the high half out
        more = (scapy, key + salt, SCAPY_MACS[name], mac_key)
    else:
        more = ()
    c.line(key + salt + mac_key, iv, covered + icv, *more)


def main():
    for esn in (False, True):
        for bits in BITS:
            n = bits // 8
            for icv in (16, 12, 8):
                whole = icv == 16
                name = "aes%dgcm%d" % (bits, icv)
                aead(name, esn, AESGCM, n, 4, icv, False, "AES-GCM" if whole else None)
                name = "aes%dccm%d" % (bits, icv)
                ccm = lambda key, m=icv: AESCCM(key, m)  # noqa: E731
                aead(name, esn, ccm, n, 3, 0, False, "AES-CCM" if whole else None)
            aead("aes%dgcm16iiv" % bits, esn, AESGCM, n, 4, 0, True, None)
            aead("aes%dccm8iiv" % bits, esn, lambda key: AESCCM(key, 8), n, 3, 0, True, None)
            gmac("aes%dgmac" % bits, esn, n)
        chacha = "chacha20poly1305"
        aead(chacha, esn, ChaCha20Poly1305, 32, 4, 0, False, "CHACHA20-POLY1305")
        aead(chacha + "iiv", esn, ChaCha20Poly1305, 32, 4, 0, True, None)
        for name in MACS:
            for bits in BITS:
                n = bits // 8
                cbc = lambda k, s, iv, t: crypt(algorithms.AES(k), modes.CBC(iv), t)  # noqa: E731
                separate("aes%d" % bits, name, esn, n, 0, 16, 16, cbc, "AES-CBC")
                ctr = lambda k, s, iv, t: crypt(  # noqa: E731
                    algorithms.AES(k), modes.CTR(s + iv + b"\0\0\0\1"), t
                )
                separate("aes%dctr" % bits, name, esn, n, 4, 8, 4, ctr, "AES-CTR")
            separate("null", name, esn, 0, 0, 0, 4, lambda k, s, iv, t: t, "NULL")
        des = lambda k, s, iv, t: crypt(algorithms.TripleDES(k), modes.CBC(iv), t)  # noqa: E731
        separate("3des", "sha1", esn, 24, 0, 8, 8, des, "3DES")


main()
