"""A detached signature file taken apart, so that the OpenPGP library is given signatures and nothing else.

What the library has for files of several packets also unpacks compressed ones, and those inside: see decision 15.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

_BEGIN = b"-----BEGIN PGP SIGNATURE-----"
_END = b"-----END PGP SIGNATURE-----"
_SIGNATURE = 2


class PacketError(ValueError):
    """Bytes that are no detached signature: what was found instead."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found

    def __str__(self) -> str:
        return self.found


def signature_packets(data: bytes) -> tuple[bytes, ...]:
    """Return the signature packets of a detached signature, armoured or not, each with its header.

    Raises PacketError for any other packet and for none at all. Source: RFC 9580, sections 4.2 and 6.2.
    """
    packets = tuple(_packets(data if data[:1] >= b"\x80" else _plain(data)))
    if not packets:
        raise PacketError("nothing")
    return packets


def _plain(data: bytes) -> bytes:
    lines = [line.strip() for line in data.splitlines()]
    if _BEGIN not in lines:
        raise PacketError("no signature" if lines else "nothing")
    body = lines[lines.index(_BEGIN) + 1 :]
    if _END not in body or b"" not in body:
        raise PacketError("a signature that is cut short")
    # Armour headers end at the first blank line; a line that begins with `=` is the checksum, which proves nothing.
    text = body[body.index(b"") + 1 : body.index(_END)]
    try:
        return base64.b64decode(b"".join(line for line in text if not line.startswith(b"=")), validate=True)
    except binascii.Error as error:
        raise PacketError("no base64 text") from error


def _packets(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        tag, header, length = _header(data[start : start + 6])
        end = start + header + length
        if tag != _SIGNATURE:
            raise PacketError(f"an OpenPGP packet of type {tag}")
        if end > len(data):
            raise PacketError("a signature that is cut short")
        yield data[start:end]
        start = end


def _header(data: bytes) -> tuple[int, int, int]:
    """Return a packet's type, and how long its header and its body are."""
    first, rest = data[0], data[1:]
    if not first & 0x80:
        raise PacketError("no OpenPGP data")
    if first & 0x40:
        size = 1 if rest[:1] < b"\xc0" else 2 if rest[:1] < b"\xe0" else 5 if rest[:1] == b"\xff" else 0
        tag = first & 0x3F
    else:
        size = (1, 2, 4, 0)[first & 3]
        tag = first >> 2 & 0x0F
    if not size or len(rest) < size:
        raise PacketError("a signature of no known length")
    length = int.from_bytes(rest[:size])
    if first & 0x40 and size == 2:
        length = ((rest[0] - 0xC0) << 8) + rest[1] + 0xC0
    elif first & 0x40 and size == 5:
        length = int.from_bytes(rest[1:5])
    return tag, 1 + size, length
