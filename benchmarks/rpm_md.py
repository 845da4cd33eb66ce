"""A generated universe written down as an rpm-md repository, gzip-compressed, and a problem over it."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml

from benchmarks.generate import GeneratedPackage, GeneratedUniverse

REPOSITORY = "generated"

_COMMON = "http://linux.duke.edu/metadata/common"
_FILELISTS = "http://linux.duke.edu/metadata/filelists"
_REPO = "http://linux.duke.edu/metadata/repo"
_RPM = "http://linux.duke.edu/metadata/rpm"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FLAGS = {"=": "EQ", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}


def write_repository(universe: GeneratedUniverse, directory: Path) -> Path:
    """Write `directory/repodata` and return `directory`: the same bytes for the same universe."""
    repodata = directory / "repodata"
    repodata.mkdir(parents=True, exist_ok=True)
    parts = {
        "primary": _document(f'metadata xmlns="{_COMMON}" xmlns:rpm="{_RPM}"', universe.packages, _primary),
        "filelists": _document(f'filelists xmlns="{_FILELISTS}"', universe.packages, _filelists),
    }
    entries = []
    for kind, text in parts.items():
        content = text.encode()
        packed = gzip.compress(content, 4, mtime=0)
        (repodata / f"{kind}.xml.gz").write_bytes(packed)
        entries.append(
            f'<data type="{kind}"><checksum type="sha256">{_digest(packed)}</checksum>'
            f'<open-checksum type="sha256">{_digest(content)}</open-checksum>'
            f'<location href="repodata/{kind}.xml.gz"/><timestamp>1</timestamp>'
            f"<size>{len(packed)}</size><open-size>{len(content)}</open-size></data>"
        )
    head = f'{_HEAD}<repomd xmlns="{_REPO}" xmlns:rpm="{_RPM}"><revision>1</revision>'
    (repodata / "repomd.xml").write_text(head + "".join(entries) + "</repomd>\n")
    return directory


def write_problem(
    universe: GeneratedUniverse, features: Sequence[str], directory: Path, *, name: str = "generated", **keys: Any
) -> Path:
    """Write the repository and a problem that requires `features` from it; return the problem file."""
    write_repository(universe, directory / REPOSITORY)
    return write_question(features, directory, name=name, **keys)


def write_question(features: Sequence[str], directory: Path, *, name: str = "generated", **keys: Any) -> Path:
    """Write a problem over the generated repository that lies in `directory`, and return the file.

    `keys` are more keys of the problem file, or replace those given here.
    """
    document: dict[str, Any] = {
        "format": 1,
        "name": name,
        "arch": "x86_64",
        "repositories": [{"id": REPOSITORY, "origin": "upstream", "baseurl": REPOSITORY}],
        "features": {"required": list(features)},
        "objectives": ["installed_size", "packages"],
    }
    path = directory / f"{name}.yaml"
    path.write_text(yaml.safe_dump(document | keys, sort_keys=False))
    return path


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _document(root: str, packages: Sequence[GeneratedPackage], entry: Any) -> str:
    body = "".join(map(entry, packages))
    return f'{_HEAD}<{root} packages="{len(packages)}">\n{body}</{root.partition(" ")[0]}>\n'


def _version(package: GeneratedPackage) -> str:
    return f'<version epoch="0" ver="{package.version}" rel="1"/>'


def _pkgid(package: GeneratedPackage) -> str:
    return _digest(f"{package.name}-{package.version}".encode())


def _primary(package: GeneratedPackage) -> str:
    own = (f"{package.name} = {package.version}-1", f"{package.name}(x86-64) = {package.version}-1")
    lists = {
        "provides": (*own, *package.provides),
        "requires": package.requires,
        "conflicts": package.conflicts,
        "obsoletes": package.obsoletes,
        "recommends": package.recommends,
    }
    tags = "".join(f"<rpm:{tag}>{''.join(_entries(held))}</rpm:{tag}>" for tag, held in lists.items() if held)
    files = "".join(f"<file>{escape(path)}</file>" for path in package.files)
    return (
        f'<package type="rpm"><name>{package.name}</name><arch>x86_64</arch>{_version(package)}'
        f'<checksum type="sha256" pkgid="YES">{_pkgid(package)}</checksum><summary>generated</summary>'
        f'<size package="{package.download_bytes}" installed="{package.installed_bytes}" archive="0"/>'
        f'<location href="{package.name}-{package.version}-1.x86_64.rpm"/><format><rpm:license>MIT</rpm:license>'
        f"<rpm:sourcerpm>{package.source}-{package.version}-1.src.rpm</rpm:sourcerpm>{tags}{files}</format></package>\n"
    )


def _entries(dependencies: Iterable[str]) -> Iterator[str]:
    for dependency in dependencies:
        name, *bound = dependency.split(" ") if not dependency.startswith("(") else [dependency]
        if not bound:
            yield f'<rpm:entry name="{escape(name)}"/>'
            continue
        version, _, release = bound[1].partition("-")
        more = f' rel="{release}"' if release else ""
        yield f'<rpm:entry name="{escape(name)}" flags="{_FLAGS[bound[0]]}" epoch="0" ver="{version}"{more}/>'


def _filelists(package: GeneratedPackage) -> str:
    files = "".join(f"<file>{escape(path)}</file>" for path in package.files)
    start = f'<package pkgid="{_pkgid(package)}" name="{package.name}" arch="x86_64">'
    return f"{start}{_version(package)}{files}</package>\n"
