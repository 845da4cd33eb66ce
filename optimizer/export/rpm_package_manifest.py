"""libpkgmanifest's `packages.manifest.yaml`, which `dnf5 manifest install` and `download` read.

Source: the schema in libpkgmanifest's repository, version 0.2.2. A package needs a checksum and a size of at least 1,
so a package of which these are not known has no place in it. `srpm` must begin with a lower-case letter or a digit
there: for other names it is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import Exported
from optimizer.export.format import FILES, Besides, CannotHoldError, Format, Loss
from optimizer.export.request import evr_of, nevra_of
from optimizer.export.yaml_text import yaml_document

_CHECKSUM = re.compile(r"(sha1|sha224|sha256|sha384|sha512|md5|crc32|crc64):[A-Za-z0-9+/]+={0,2}")
_SOURCE = re.compile(r"([a-z0-9].*)-(?:\d+:)?(.+)-(.+)\.(.+)")
_ARCH = re.compile(r"[a-z0-9_]+")
_NEUTRAL = "noarch"


def write(exported: Exported) -> bytes:
    """Return the manifest of the packages whose size and checksum are known; raises CannotHoldError."""
    packages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for package in exported.packages:
        if not _ARCH.fullmatch(package.arch):
            raise CannotHoldError("rpm-package-manifest", "architecture", package.arch)
        if _known(package):
            packages[package.arch].append(_entry(exported, package))
    repositories = [{"id": one.id, "baseurl": one.url} for one in exported.repositories]
    document = {
        "document": "rpm-package-manifest",
        "version": "0.2.2",
        "data": {"repositories": repositories, "packages": dict(sorted(packages.items()))},
    }
    return yaml_document(document, exported.header())


def lost(exported: Exported) -> tuple[Loss, ...]:
    """Return the packages that have no place because nobody knows their size or checksum."""
    unknown = tuple(nevra_of(package) for package in exported.packages if not _known(package))
    if not unknown:
        return ()
    return (Loss(Besides.PACKAGES, "anything of packages whose size or checksum nobody knows", unknown),)


def _known(package: ManifestPackage) -> bool:
    """Whether the file is known: an estimated size is no file's size."""
    sized = bool(package.download_size) and not package.size_estimated and bool(package.release)
    return sized and _CHECKSUM.fullmatch(package.checksum) is not None


def _entry(exported: Exported, package: ManifestPackage) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": package.name,
        "repo_id": package.repository,
        "location": package.location,
        "checksum": package.checksum,
        "size": package.download_size,
        "evr": evr_of(package),
    }
    source = f"{package.source}.src"
    if _SOURCE.fullmatch(source):
        entry["srpm"] = source
    if package.arch == _NEUTRAL:
        entry["parent_archs"] = [exported.manifest.arch]
    return entry


FORMAT = Format(
    title="libpkgmanifest packages.manifest.yaml (dnf5 manifest)",
    file_name="packages.manifest.yaml",
    media_type="application/yaml",
    expresses=FILES,
    write=write,
    lost=lost,
)
