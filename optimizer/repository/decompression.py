"""gzip, xz, bzip2 and zstd files as plain ones, a piece at a time and never more than announced."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import BinaryIO, Protocol

PIECE = 1 << 18

_MAGIC_LENGTH = 6
# Four packed bytes can be a block of 128 KiB: what one piece may unpack to stays in memory.
_ZSTD_PIECE = 1 << 10


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


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


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

    Raises CompressionError where name and content disagree, and for damaged or truncated content.
    """
    promised = compression_of_name(name)
    found = compression_of_start(file.read(_MAGIC_LENGTH))
    if found is not promised:
        raise CompressionError(_describe(promised), _describe(found))
    file.seek(0)
    if promised is Compression.ZSTD:
        yield from _unpack_zstd(file)
        return
    opened, damages = _reader(file, promised)
    with opened as reader:
        while piece := _read(reader, promised, damages):
            yield piece


def _read(reader: _Reader, compression: Compression, damages: tuple[type[Exception], ...]) -> bytes:
    try:
        return reader.read(PIECE)
    except damages as error:
        # gzip and bz2 report bad data as OSError without a number; one with a number is a real read error.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise CompressionError(_describe(compression), str(error)) from error


def _reader(
    file: BinaryIO, compression: Compression
) -> tuple[AbstractContextManager[_Reader], tuple[type[Exception], ...]]:
    """Return a reader of the plain content and what it raises for damaged content."""
    if compression is Compression.GZIP:
        import gzip

        return gzip.GzipFile(fileobj=file), (OSError, EOFError, zlib.error)
    if compression is Compression.XZ:
        import lzma

        return lzma.LZMAFile(file), (EOFError, lzma.LZMAError)
    if compression is Compression.BZIP2:
        import bz2

        return bz2.BZ2File(file), (OSError, EOFError)
    return nullcontext(file), ()


def _unpack_zstd(file: BinaryIO) -> Iterator[bytes]:
    """Frame by frame, as the library's own reader takes a frame that is cut short for the end."""
    import zstandard

    unpacker, rest = zstandard.ZstdDecompressor().decompressobj(), b""
    while packed := rest or file.read(_ZSTD_PIECE):
        if unpacker.eof:
            unpacker = zstandard.ZstdDecompressor().decompressobj()
        try:
            plain = unpacker.decompress(packed)
        except zstandard.ZstdError as error:
            raise CompressionError(_describe(Compression.ZSTD), str(error)) from error
        rest = unpacker.unused_data if unpacker.eof else b""
        for start in range(0, len(plain), PIECE):
            yield plain[start : start + PIECE]
    if not unpacker.eof:
        raise CompressionError(_describe(Compression.ZSTD), "an end in the middle")


def _describe(compression: Compression) -> str:
    return "uncompressed data" if compression is Compression.NONE else f"{compression} data"
