"""An answer on its way out: the manifest, why it diverges, where packages lie, what is asked of a resolver."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

import msgspec

from optimizer.answer.divergence import Entry
from optimizer.answer.manifest import Manifest, ManifestPackage
from optimizer.answer.result import DivergenceList, RunRecord
from optimizer.export.request import Request, full_request, nevra_of
from optimizer.universe.instance import Instance, PackageOrigin

_MODULAR = re.compile(r"\.module[_+]")
_URL = re.compile(r"(?:https?|ftp|file)://")


class UnknownRepositoryError(ValueError):
    """A URL given for a repository that the result does not know."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name, self.known = name, known

    def __str__(self) -> str:
        return f"the result has no repository {self.name!r}"


@dataclass(frozen=True, slots=True)
class ExportedRepository:
    """A repository that packages come from; `url` ends in a slash."""

    id: str
    url: str
    origin: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Exported:
    """All that a format may write. `repositories` are those the packages come from, in the problem's order.

    `time` is SOURCE_DATE_EPOCH in seconds, None where it is not set: then no time is written anywhere.
    """

    manifest: Manifest
    divergence: DivergenceList
    record: RunRecord
    instance: Instance
    request: Request
    repositories: tuple[ExportedRepository, ...]
    time: int | None = None

    @property
    def packages(self) -> tuple[ManifestPackage, ...]:
        """The packages that exist; stubs have no file yet (`stubs`)."""
        return tuple(package for package in self.manifest.packages if package.origin != PackageOrigin.STUB)

    @property
    def stubs(self) -> tuple[ManifestPackage, ...]:
        """The packages that nobody has made yet."""
        return tuple(package for package in self.manifest.packages if package.origin == PackageOrigin.STUB)

    @property
    def downstream(self) -> tuple[ManifestPackage, ...]:
        """The packages that come from a downstream repository."""
        return tuple(package for package in self.manifest.packages if package.origin == PackageOrigin.DOWNSTREAM)

    @property
    def modular(self) -> tuple[ManifestPackage, ...]:
        """The packages built as part of a module, which dnf hides unless their stream is enabled.

        Told by the dist tag that the module build service gives: `.module_el9+1145+0c321386`, `.module+el8+...`.
        """
        return tuple(package for package in self.manifest.packages if _MODULAR.search(package.release))

    @property
    def unfiltered(self) -> frozenset[str]:
        """The repositories in which dnf must hide nothing for its modules: safe where the full list is asked for."""
        return frozenset(package.repository for package in self.modular) if self.request.full else frozenset()

    def url(self, package: ManifestPackage) -> str:
        """Return where a package's file lies; a location that is a URL itself stands alone."""
        if _URL.match(package.location):
            return _escaped(package.location)
        base = next(one.url for one in self.repositories if one.id == package.repository)
        return base + _escaped(package.location)

    def entry(self, package: ManifestPackage) -> Entry | None:
        """Return the divergence entry that a package belongs to, None of an upstream one."""
        if package.origin == PackageOrigin.UPSTREAM:
            return None
        named = nevra_of(package)
        return next((entry for entry in self.divergence.entries if named in entry.packages), None)

    def asked(self) -> frozenset[str]:
        """Return the NEVRAs that are there for a feature or an equivalent, not only for other packages."""
        names = {one.name for one in self.manifest.packages}
        return frozenset(nevra_of(one) for one in self.manifest.packages if not names.issuperset(one.required_by))

    def header(self) -> tuple[str, ...]:
        """Return the lines that say where a file comes from, for a comment; no line has a control character."""
        manifest = self.manifest
        proof = "proven" if self.record.status == "proven" else "not proven"
        lines = [
            f"{plain(manifest.problem)}: {len(self.packages)} packages for {plain(manifest.arch)}, {proof}",
            f"written by pkgset export from manifest.json, sha256:{self.digest()}",
        ]
        if not self.request.full:
            lines.append("a steering request: shorter than the answer, and shown to resolve to it")
        lines += [f"not here, since nobody has made it yet: {plain(stub_name(package))}" for package in self.stubs]
        return tuple(lines)

    def digest(self) -> str:
        """Return the sha256 of manifest.json as `pkgset solve` writes it."""
        content = msgspec.json.format(msgspec.json.encode(self.manifest), indent=2) + b"\n"
        return hashlib.sha256(content).hexdigest()


def export_answer(
    manifest: Manifest,
    divergence: DivergenceList,
    record: RunRecord,
    instance: Instance,
    *,
    urls: Mapping[str, str] | None = None,
    request: Request | None = None,
    time: int | None = None,
) -> Exported:
    """Return an answer ready to be written; `urls` stand in for where its repositories are.

    That is the problem's own URL, though the metadata were read from a mirror; a repository without one is where it
    was read. Raises UnknownRepositoryError.
    """
    urls = urls or {}
    known = tuple(given.repository for given in instance.inputs)
    for name in urls:
        if name not in known:
            raise UnknownRepositoryError(name, known)
    used = {package.repository for package in manifest.packages if package.origin != PackageOrigin.STUB}
    checksums = {given.repository: given for given in instance.inputs}
    repositories = tuple(
        ExportedRepository(
            id=name,
            url=repository_url(urls.get(name, given.baseurl or given.location)),
            origin=given.origin,
            checksum=given.checksum,
        )
        for name, given in checksums.items()
        if name in used
    )
    return Exported(
        manifest=manifest,
        divergence=divergence,
        record=record,
        instance=instance,
        request=request or full_request(manifest, instance),
        repositories=repositories,
        time=time,
    )


def repository_url(location: str) -> str:
    """Return the URL of a directory, or a URL with every character escaped that none may hold, a slash at its end."""
    if location.startswith("/"):
        location = f"file://{quote(str(PurePosixPath(location)))}"  # as_uri() asks the locale for its encoding
    url = _escaped(location)
    return url if url.endswith("/") else f"{url}/"


def _escaped(url: str) -> str:
    """Escape what no URL may hold, and `$` and `,`, which dnf and Anaconda read as a variable and between URLs."""
    return quote(url, safe="%/:?#[]@!&'()*+;=~^")


def stub_name(package: ManifestPackage) -> str:
    """Return what a stub stands for: the capability that nobody provides."""
    return package.name.removeprefix("stub:")


def plain(text: str) -> str:
    """Return text on one line for a comment: what is not printable is spelt as an escape.

    So neither a line break nor a character that turns the direction of writing can leave the comment or hide in it.
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
