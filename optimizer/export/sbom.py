"""What the two SBOM formats share: package URLs, licences, checksums, and libraries that may be missing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from optimizer.answer.divergence import Entry
from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import Exported, stub_name
from optimizer.export.format import CannotHoldError
from optimizer.export.request import evr_of, nevra_of
from optimizer.universe.instance import PackageOrigin, holds

_DIGEST = re.compile(r"(?P<algorithm>[a-z0-9]+):(?P<digest>[0-9a-f]+)")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
_SAME_ALGORITHM = {"sha": "sha1"}


class MissingSbomLibraryError(ImportError):
    """An SBOM is asked for and its library is not installed."""

    def __init__(self, library: str) -> None:
        super().__init__(library)
        self.library = library

    def __str__(self) -> str:
        return f"an SBOM needs {self.library}: pip install 'pkgset[sbom]'"


def sbom_module(name: str, library: str) -> Any:
    """Return a module of an SBOM library; raises MissingSbomLibraryError."""
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingSbomLibraryError(library) from error


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence text out of metadata: as an SPDX expression where it is one, None where it is not."""

    text: str
    expression: str | None


def licences(exported: Exported) -> Mapping[tuple[str, str], Licence]:
    """Return the licence of each package by NEVRA and repository, those without one left out."""
    library = sbom_module("license_expression", "license-expression")
    texts = {one.license for one in exported.instance.packages if one.license}
    licensing = library.get_spdx_licensing() if texts else None  # it reads SPDX's whole list
    read = {text: Licence(text, _expression(library, licensing, text)) for text in sorted(texts)}
    return {
        (one.nevra, one.repository): read[one.license] for one in exported.instance.packages if one.license in read
    }


def _expression(library: Any, licensing: Any, text: str) -> str | None:
    """Return the text as SPDX spells it where every name in it is on SPDX's list; RPM's older names are not."""
    try:
        return str(licensing.parse(text, validate=True, strict=True))
    except library.ExpressionError:
        return None


def package_url(exported: Exported, package: ManifestPackage) -> Any:
    """Return the purl of type rpm; raises CannotHoldError of what none can be made of.

    The vendor, which would be its namespace, is not in the metadata that a result keeps, so there is none. `upstream`
    is the source RPM as Syft, Trivy and Grype have it. No directory of this machine stands in a purl.
    """
    url = next((one.url for one in exported.repositories if one.id == package.repository), None)
    checksum = digest_of(package)
    qualifiers = {
        "arch": package.arch,
        "epoch": str(package.epoch) if package.epoch else None,
        "repository_url": None if url is None or _is_here(url) else url,
        "upstream": _source_rpm(exported, package),
        "checksum": None if checksum is None else ":".join(checksum),
    }
    version = f"{package.version}-{package.release}" if package.release else package.version
    kind = sbom_module("packageurl", "packageurl-python").PackageURL
    told = {key: value for key, value in qualifiers.items() if value}
    try:
        made = kind("rpm", None, package.name, version, told)
        if kind.from_string(made.to_string()) == made and made[2:5] == (package.name, version, told):
            return made
    except ValueError as error:
        raise CannotHoldError("a package URL", "package", nevra_of(package)) from error
    raise CannotHoldError("a package URL", "package", nevra_of(package))


def _source_rpm(exported: Exported, package: ManifestPackage) -> str | None:
    """Return the file name of a package's source RPM, None where nobody recorded it.

    Where metadata name no source, a package stands for its own; so nothing is claimed of a repository in which each
    one does.
    """
    beside = (one for one in exported.packages if one.repository == package.repository)
    recorded = package.source and any(one.source != f"{one.name}-{evr_of(one)}" for one in beside)
    return f"{package.source}.src.rpm" if recorded and ":" not in package.source else None


def place_of(exported: Exported, package: ManifestPackage) -> str | None:
    """Return the URL of a package's file with all escaped that RFC 3987 does not allow, None where it has none.

    A directory of this machine is none to whoever reads an SBOM.
    """
    if package.origin == PackageOrigin.STUB or not package.location:
        return None
    url = _BARE_PERCENT.sub("%25", exported.url(package))
    if _is_here(url):
        return None
    return url.replace("^", "%5E").replace("[", "%5B").replace("]", "%5D")


def _is_here(url: str) -> bool:
    return url.lower().startswith("file:")


def digest_of(package: ManifestPackage) -> tuple[str, str] | None:
    """Return the algorithm and the hexadecimal digest of a package's file, None where they are not known."""
    found = _DIGEST.fullmatch(package.checksum)
    if found is None:
        return None
    algorithm = _SAME_ALGORITHM.get(found["algorithm"], found["algorithm"])
    known = _DIGITS.get(algorithm) == len(found["digest"])
    return (algorithm, found["digest"]) if known else None


def facts(exported: Exported, package: ManifestPackage) -> tuple[tuple[str, str], ...]:
    """Return what an SBOM has no field for, as names and values; sizes in bytes."""
    sizes = (("installed_size", package.installed_size), ("download_size", package.download_size))
    told = [("origin", package.origin), ("repository", package.repository), ("source", package.source)]
    told += [(name, str(size)) for name, size in sizes if size is not None]
    told += [("size_estimated", "true")] if package.size_estimated else []
    entry = exported.entry(package)
    if entry is not None:
        told += [
            ("divergence", entry.reason),
            ("divergence:evidence", _line(entry.evidence)),
            ("divergence:price", _line(entry.price)),
        ]
        told += [("divergence:nearest", _line(entry.nearest))] if entry.nearest else []
    return tuple(sorted(told))


def divergence_note(entry: Entry) -> str:
    """Return in a line why a package is not upstream's."""
    what = "nobody has made it yet" if entry.origin == "stub" else "our own, not upstream's"
    nearest = f"; nearest upstream: {entry.nearest['upstream']}" if entry.nearest else ""
    return f"{what}: source {entry.source.removeprefix('stub:')} diverges, reason {entry.reason}{nearest}"


def features(exported: Exported, chosen: frozenset[int]) -> tuple[str, ...]:
    """Return the features that an answer has, each once, in order."""
    instance = exported.instance
    return tuple(sorted({one.text for one in instance.features if holds(one.formula, instance, chosen)}))


def label(package: ManifestPackage) -> str:
    """Return what a package is called: a stub by the capability it stands for."""
    return stub_name(package) if package.origin == PackageOrigin.STUB else package.name


def version_of(package: ManifestPackage) -> str:
    """Return `epoch:version-release`."""
    return evr_of(package)


def reference(package: ManifestPackage) -> str:
    """Return the one name of a package within a document: its NEVRA and repository."""
    return f"{nevra_of(package)}@{package.repository}"


def document_id(content: str) -> UUID:
    """Return the same id for the same content."""
    return uuid5(NAMESPACE_URL, f"pkgset:{hashlib.sha256(content.encode()).hexdigest()}")


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
