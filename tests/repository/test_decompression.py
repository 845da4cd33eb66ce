"""Every compression, whole, cut short, damaged and mislabelled."""

from __future__ import annotations

import io

import pytest

from optimizer.repository.decompression import PIECE, CompressionError, decompress
from tests.repository.making import COMPRESS

CONTENT = b"<metadata>" + bytes(range(256)) * 4096 + b"</metadata>"
PACKED = [suffix for suffix in COMPRESS if suffix]


def plain(data: bytes, name: str) -> bytes:
    return b"".join(decompress(io.BytesIO(data), name))


@pytest.mark.parametrize("suffix", COMPRESS)
def test_content_comes_out_in_bounded_pieces(suffix: str) -> None:
    pieces = list(decompress(io.BytesIO(COMPRESS[suffix](CONTENT)), f"primary.xml{suffix}"))
    assert b"".join(pieces) == CONTENT
    assert max(map(len, pieces)) <= PIECE


@pytest.mark.parametrize("suffix", COMPRESS)
def test_empty_content_is_content(suffix: str) -> None:
    assert plain(COMPRESS[suffix](b""), f"x{suffix}") == b""


@pytest.mark.parametrize("suffix", PACKED)
def test_several_streams_in_one_file_are_one_content(suffix: str) -> None:
    half = len(CONTENT) // 2
    joined = COMPRESS[suffix](CONTENT[:half]) + COMPRESS[suffix](CONTENT[half:])
    assert plain(joined, f"x{suffix}") == CONTENT


@pytest.mark.parametrize("suffix", PACKED)
def test_damaged_content_is_an_error(suffix: str) -> None:
    raw = bytearray(COMPRESS[suffix](CONTENT))
    middle = len(raw) // 2
    raw[middle : middle + 64] = bytes(64)
    with pytest.raises(CompressionError):
        plain(bytes(raw), f"x{suffix}")


@pytest.mark.parametrize("suffix", PACKED)
def test_truncated_content_is_an_error(suffix: str) -> None:
    raw = COMPRESS[suffix](CONTENT)
    with pytest.raises(CompressionError):
        plain(raw[: len(raw) * 2 // 3], f"x{suffix}")


@pytest.mark.parametrize("suffix", PACKED)
def test_a_name_that_promises_something_else_is_an_error(suffix: str) -> None:
    for name in ("x.xml", *(f"x{other}" for other in PACKED if other != suffix)):
        with pytest.raises(CompressionError, match=r"expected .* data, found .* data"):
            plain(COMPRESS[suffix](CONTENT), name)
