"""gzip, xz, bzip2 and zstd files as plain ones, a piece at a time and never more than announced."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import BinaryIO, Protocol

PIECE = 1 << 18

#: Of memory for one file: what it looks back at. xz -9 takes 65 MiB, zstd without --long at most 8, --ultra 128.
MEMORY_LIMIT = 128 << 20

_MAGIC_LENGTH = 6
# What one piece unpacks to stays in memory: 1 KiB can be 20 MiB of bzip2, 7 of xz, 32 of zstd, 1 of gzip.
_PACKED_PIECE = 1 << 10
# Beginnings of streams cost time and hold nothing; tools that write many put 100 KiB and more in each.
_FREE_STREAMS = 1000
_BYTES_A_STREAM = 1 << 10


class Compression(StrEnum):
    """How a file is compressed."""

    NONE = "none"
    GZIP = "gzip"
    XZ = "xz"
    BZIP2 = "bzip2"
    ZSTD = "zstd"


_SUFFIXES = {
    ".gz": Compression.GZIP,
    ".xz": Compression.XZ,
    ".bz2": Compression.BZIP2,
    ".zst": Compression.ZSTD,
}
_MAGIC = {
    b"\x1f\x8b": Compression.GZIP,
    b"\xfd7zXZ\x00": Compression.XZ,
    b"BZh": Compression.BZIP2,
    b"\x28\xb5\x2f\xfd": Compression.ZSTD,
}


class _Unpacker(Protocol):
    """One stream of zlib, lzma, bz2 or zstandard."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class CompressionError(ValueError):
    """Bytes that do not decompress: what was expected and what was found."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected, found)
        self.expected, self.found = expected, found

    def __str__(self) -> str:
        return f"expected {self.expected}, found {self.found}"


def compression_of_name(name: str) -> Compression:
    """Return the compression that a file's name promises."""
    return next((value for suffix, value in _SUFFIXES.items() if name.endswith(suffix)), Compression.NONE)


def compression_of_start(start: bytes) -> Compression:
    """Return the compression that a file's first bytes show."""
    return next((value for magic, value in _MAGIC.items() if start.startswith(magic)), Compression.NONE)


def decompress(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the plain content of `file`, from its start, in pieces of at most PIECE bytes.

    Raises CompressionError where name and content disagree, for damaged or truncated content, and for content that
    would take more than MEMORY_LIMIT bytes of memory or is hardly anything but beginnings of streams.
    """
    promised = compression_of_name(name)
    found = compression_of_start(file.read(_MAGIC_LENGTH))
    if found is not promised:
        raise CompressionError(_describe(promised), _describe(found))
    file.seek(0)
    if promised is Compression.NONE:
        while piece := file.read(PIECE):
            yield piece
        return
    make, damages = _unpackers(promised)
    try:
        yield from _unpack(file, make, promised)
    except damages as error:
        # bz2 reports bad data as OSError without a number; one with a number is a real read error.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise CompressionError(_describe(promised), str(error)) from error


def _unpackers(compression: Compression) -> tuple[Callable[[], _Unpacker], tuple[type[Exception], ...]]:
    """Return what begins a stream, and what it raises for damaged content."""
    if compression is Compression.GZIP:
        return lambda: zlib.decompressobj(wbits=16 + zlib.MAX_WBITS), (zlib.error,)
    if compression is Compression.XZ:
        import lzma

        return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT), (lzma.LZMAError,)
    if compression is Compression.BZIP2:
        import bz2

        return bz2.BZ2Decompressor, (OSError,)
    import zstandard

    context = zstandard.ZstdDecompressor(max_window_size=MEMORY_LIMIT)
    return context.decompressobj, (zstandard.ZstdError,)


def _unpack(file: BinaryIO, make: Callable[[], _Unpacker], compression: Compression) -> Iterator[bytes]:
    """Stream by stream, as a file may be several one after another; the last may be followed by zeros (gzip, xz)."""
    unpacker, streams, size = make(), 1, 0
    rest = b""
    while packed := rest or file.read(_PACKED_PIECE):
        if unpacker.eof:
            packed = packed.lstrip(b"\0")
            if not packed:
                rest = b""
                continue
            unpacker, streams = make(), streams + 1
            if streams > _FREE_STREAMS and size < streams * _BYTES_A_STREAM:
                raise CompressionError(_describe(compression), f"{streams} streams that hold {size} bytes")
        plain = unpacker.decompress(packed)
        size += len(plain)
        rest = unpacker.unused_data if unpacker.eof else b""
        for start in range(0, len(plain), PIECE):
            yield plain[start : start + PIECE]
    if not unpacker.eof:
        raise CompressionError(_describe(compression), "an end in the middle")


def _describe(compression: Compression) -> str:
    return "uncompressed data" if compression is Compression.NONE else f"{compression} data"
