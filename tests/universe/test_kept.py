"""What is kept of a repository: a file that is not what was written is none, whatever its checksum says."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest

from optimizer.universe.kept import Beside, open_cached, read_beside, write_cached

SOLV = b"SOLV" + bytes(30)


def written(versions: int, operands: int) -> bytes:
    """Return what a reader writes, with these lengths."""
    return SOLV + b"{}" + b"a\nb" + versions.to_bytes(4) + operands.to_bytes(4)


def test_what_stands_beside_is_read_before_and_after_it_is_kept(tmp_path: Path) -> None:
    file = io.BytesIO(written(2, 3))
    assert read_beside(file, cached=False) == Beside(b"{}", b"a\nb")
    write_cached(file, tmp_path / "kept")
    cached = open_cached(tmp_path / "kept")
    assert cached is not None
    with cached:
        assert read_beside(cached, cached=True) == Beside(b"{}", b"a\nb")


@pytest.mark.parametrize("lengths", [(1 << 31, 3), (2, 1 << 31), (20, 20), (2**32 - 1, 2**32 - 1)])
def test_lengths_beyond_the_file_are_no_file(lengths: tuple[int, int], tmp_path: Path) -> None:
    content = written(*lengths)
    (tmp_path / "kept").write_bytes(content + zlib.crc32(content).to_bytes(4))
    assert open_cached(tmp_path / "kept") is None
