"""Metadata made to cost time, memory or disk: refused in one line, by a process that may use little of each."""

from __future__ import annotations

import binascii
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.repository import location, repository
from optimizer.repository.cache import Cache
from optimizer.repository.decompression import CompressionError, decompress
from optimizer.repository.error import BadRepositoryData
from optimizer.repository.repository import open_part, open_repository
from tests.repository.attacks import ATTACKS
from tests.repository.making import COMPRESS, PRIMARY, Part, Warnings, source, write_repository
from tests.repository.serving import serve
from tests.requirements import PROJECT_ROOT

EXPECTED = {
    "repomd, deep": "line 1: more than 64 elements within each other",
    "repomd, one attribute": "xxx has no checksum",
    "repomd, parts": "lists no primary",
    "repomd, entities": "a document type is not allowed here",
    "comps, entities": "entity declarations are not allowed",
    "comps, external entities": "entity declarations are not allowed",
    "comps, deep": "line 1: more than 64 elements within each other",
    "comps, groups": "expected at most 20000 groups",
    "comps, environments": "expected environments of at most 2000000 packages together",
    "comps, large": "expected at most 16777216 bytes",
    "modules, large": "expected at most 33554432 bytes",
    "modules, deep": "expected at most 64 levels of nesting",
    "modules, deep keys": "expected at most 64 levels of nesting",
    "modules, words": "expected at most 1000000 events",
    "modules, one text": "taken",
    "modules, aliases": "expected no aliases, as *a",
    "modules, chain": "streams that require too much of each other",
    "gzip, empty streams": "found 1001 streams that hold 0 bytes",
    "bzip2, empty streams": "found 1001 streams that hold 0 bytes",
    "zstd, empty streams": "found 1001 streams that hold 0 bytes",
}


def test_every_attack_is_run() -> None:
    assert list(EXPECTED) == list(ATTACKS)


@pytest.mark.parametrize("attack", EXPECTED)
def test_what_costs_much_is_refused_for_little(attack: str) -> None:
    """One GiB of memory and 20 seconds of processor are what the child may use: see attacks.py."""
    command = [sys.executable, "-m", "tests.repository.attacks", attack]
    done = subprocess.run(command, cwd=PROJECT_ROOT, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"{EXPECTED[attack]}\n")
    assert len(done.stdout) < 2500


def test_xz_that_asks_for_gigabytes_of_memory(tmp_path: Path) -> None:
    """The size of the dictionary is a byte of the block's header, which a checksum ends."""
    packed = bytearray(lzma.compress(PRIMARY))
    begin, end = 12, 12 + (packed[12] + 1) * 4
    packed[begin + 4] = 40
    packed[end - 4 : end] = binascii.crc32(packed[begin : end - 4]).to_bytes(4, "little")
    (tmp_path / "x.xz").write_bytes(packed)
    with (tmp_path / "x.xz").open("rb") as file, pytest.raises(CompressionError, match="Memory usage limit"):
        list(decompress(file, "x.xz"))


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("announced", [None, 10**17])
def test_no_announcement_lifts_the_limits(
    suffix: str, announced: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "OPEN_LIMIT", 1 << 20)
    part = Part("primary", bytes(8 << 20), suffix, open_size=announced)
    root = write_repository(tmp_path, [part])
    if announced is None:
        path = root / "repodata" / "repomd.xml"
        path.write_text(path.read_text().replace(f"<open-size>{8 << 20}</open-size>", ""))
    held = open_repository(source(root), mirror=None, cache=Cache(tmp_path / "cache"), progress=Warnings())
    with pytest.raises(BadRepositoryData, match="at most 1048576 decompressed bytes, found more"):
        open_part(held, "primary")


@pytest.mark.parametrize("cached", [True, False])
def test_no_announcement_makes_a_download_endless(
    cached: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location, "PART_LIMIT", 1 << 20)
    part = Part("primary", bytes(8 << 20), "", size=10**17)
    cache = Cache(tmp_path / "cache" if cached else Path("/proc/pkgset"))
    with serve(write_repository(tmp_path / "root", [part])) as web:
        held = open_repository(source(web.url), mirror=None, cache=cache, progress=Warnings())
        with pytest.raises(BadRepositoryData, match="too large: expected at most 1048576 bytes"):
            open_part(held, "primary")
    assert cache.entries() == ()


def test_metadata_write_nowhere_but_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names in the cache are digests of checksums: none is a path that somebody chose."""
    monkeypatch.chdir(tmp_path)
    root = write_repository(
        tmp_path / "root", [Part("primary", PRIMARY, digest="0" * 64, algorithm="sha256/../../x")]
    )
    before = sorted(tmp_path.rglob("*"))
    with serve(root) as web:
        held = open_repository(source(web.url), mirror=None, cache=Cache(tmp_path / "cache"), progress=Warnings())
        with pytest.raises(BadRepositoryData, match="checksum of no known type"):
            open_part(held, "primary")
    written = {path for path in tmp_path.rglob("*") if path not in before}
    assert all(path.is_relative_to(tmp_path / "cache") and path.is_dir() for path in written)
