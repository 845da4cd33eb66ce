"""A repository that `reader` has read, as one file: libsolv's own format, and what it does not say beside it.

After the `.solv` come two texts (`Beside`) and the length of each; in the cache a CRC-32 of all that ends the file.
libsolv reads the file from its start and never gets to what follows.
"""

from __future__ import annotations

import mmap
import os
import zlib
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

import msgspec

from optimizer.universe.reader import LENGTH_BYTES

#: A cached file that is damaged could crash libsolv.
_CRC_BYTES = 4
_PIECE = 1 << 20
_LENGTHS = 2 * LENGTH_BYTES


class Beside(msgspec.Struct, frozen=True):
    """What stands after the `.solv`, as bytes: `versions` of each name and `operands` of rich dependencies.

    The versions are JSON, none where every package was kept; the operands are lines, told without parsing: each may
    be a capability.
    """

    versions: bytes
    operands: bytes


def open_cached(path: Path) -> BufferedReader | None:
    """Return a cached file, open at its start, None where it is not what was written."""
    try:
        file = path.open("rb")
    except OSError:
        return None
    with ExitStack() as stack:
        stack.enter_context(file)
        if os.fstat(file.fileno()).st_size <= _CRC_BYTES + _LENGTHS:
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content, memoryview(content) as view:
            if zlib.crc32(view[:-_CRC_BYTES]) != int.from_bytes(view[-_CRC_BYTES:]):
                return None
            end = len(view) - _CRC_BYTES - _LENGTHS
            if sum(_lengths(bytes(view[end:-_CRC_BYTES]))) > end:
                return None
        stack.pop_all()
    return file


def write_cached(file: BinaryIO, path: Path) -> None:
    """Write what a reader wrote as a cached file; raises OSError."""
    checksum = 0
    file.seek(0)
    with path.open("wb") as cached:
        while piece := file.read(_PIECE):
            checksum = zlib.crc32(piece, checksum)
            cached.write(piece)
        cached.write(checksum.to_bytes(_CRC_BYTES))


def read_beside(file: BinaryIO, *, cached: bool) -> Beside:
    """Return what stands after the `.solv`."""
    end = file.seek(0, os.SEEK_END) - _LENGTHS - (_CRC_BYTES if cached else 0)
    file.seek(end)
    versions, operands = _lengths(file.read(_LENGTHS))
    file.seek(end - operands - versions)
    return Beside(file.read(versions), file.read(operands))


def _lengths(content: bytes) -> tuple[int, int]:
    """Return how many bytes of versions and of operands two numbers announce."""
    return int.from_bytes(content[:LENGTH_BYTES]), int.from_bytes(content[LENGTH_BYTES:])
