"""Repositories made for one test: by createrepo_c, or by hand where they must be wrong in one place."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import createrepo_c
import zstandard

from optimizer.problem.problem import Origin, Position, RepositorySource

COMPRESS = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
    ".zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}

PRIMARY = b'<?xml version="1.0"?>\n<metadata xmlns="http://linux.duke.edu/metadata/common" packages="0"></metadata>\n'


@dataclass
class Warnings:
    """A Progress that remembers."""

    texts: list[str] = field(default_factory=list)
    stages: list[tuple[str, int | None]] = field(default_factory=list)
    advanced: int = 0
    finished: int = 0

    def start(self, stage: str, total: int | None) -> None:
        self.stages.append((stage, total))

    def advance(self, amount: int) -> None:
        self.advanced += amount

    def finish(self) -> None:
        self.finished += 1

    def warn(self, text: str) -> None:
        self.texts.append(text)


@dataclass(frozen=True)
class Part:
    """One `<data>`: what is written, and what repomd.xml claims where that differs."""

    type: str
    content: bytes
    suffix: str = ".gz"
    algorithm: str = "sha256"
    digest: str | None = None
    size: int | None = None
    open_size: int | None = None
    href: str | None = None
    written: bool = True


def source(*locations: object, identity: str = "test") -> RepositorySource:
    """Return a source of these locations."""
    position = Position("problem.yaml", 1, "repositories[0]")
    return RepositorySource(identity, Origin.UPSTREAM, tuple(map(str, locations)), position)


def write_repository(root: Path, parts: Iterable[Part]) -> Path:
    """Write a repository by hand and return its root."""
    (root / "repodata").mkdir(parents=True, exist_ok=True)
    entries = [_entry(root, part) for part in parts]
    text = '<?xml version="1.0"?>\n<repomd xmlns="http://linux.duke.edu/metadata/repo">\n'
    (root / "repodata" / "repomd.xml").write_text(text + "".join(entries) + "</repomd>\n")
    return root


def _entry(root: Path, part: Part) -> str:
    raw = COMPRESS[part.suffix](part.content)
    href = part.href or f"repodata/{part.type}.xml{part.suffix}"
    if part.written:
        (root / href).write_bytes(raw)
    algorithm = "sha1" if part.algorithm == "sha" else part.algorithm
    known = algorithm in hashlib.algorithms_available
    digest = part.digest or (hashlib.new(algorithm, raw).hexdigest() if known else "00")
    size = len(raw) if part.size is None else part.size
    open_size = len(part.content) if part.open_size is None else part.open_size
    return (
        f'<data type="{part.type}"><checksum type="{part.algorithm}">{digest}</checksum>'
        f'<location href="{href}"/><timestamp>1.5</timestamp><size>{size}</size>'
        f"<open-size>{open_size}</open-size></data>\n"
    )


def create_repository(
    root: Path, packages: Iterable[tuple[str, tuple[str, ...]]], extra: Mapping[str, bytes]
) -> Path:
    """Let createrepo_c write packages, each `name-epoch:version-release.arch` and what it provides by name."""
    repodata = root / "repodata"
    repodata.mkdir(parents=True)
    listed = list(packages)
    primary = repodata / "primary.xml.gz"
    writer = createrepo_c.PrimaryXmlFile(str(primary), createrepo_c.GZ_COMPRESSION)
    writer.set_num_of_pkgs(len(listed))
    for number, (nevra, provides) in enumerate(listed):
        writer.add_pkg(_package(number, nevra, provides))
    writer.close()
    repomd = createrepo_c.Repomd()
    for kind, path in [("primary", primary), *((kind, repodata / f"{kind}.yaml") for kind in extra)]:
        if kind in extra:
            path.write_bytes(extra[kind])
        record = createrepo_c.RepomdRecord(kind, str(path))
        record.fill(createrepo_c.SHA256)
        record.rename_file()
        repomd.set_record(record)
    (repodata / "repomd.xml").write_text(repomd.xml_dump())
    return root


def _package(number: int, nevra: str, provides: tuple[str, ...]) -> createrepo_c.Package:
    name, evr, rest = nevra.rsplit("-", 2)
    package = createrepo_c.Package()
    package.name, (package.epoch, package.version) = name, evr.split(":")
    package.release, package.arch = rest.rsplit(".", 1)
    package.pkgId, package.checksum_type = f"{number:064x}", "sha256"
    package.location_href, package.summary, package.description = f"{nevra}.rpm", "", ""
    own = (name, "EQ", package.epoch, package.version, package.release, False)
    package.provides = [own, *((provided, None, None, None, None, False) for provided in provides)]
    return package
