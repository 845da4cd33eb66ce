"""An osbuild manifest, version 2: one pipeline whose `org.osbuild.rpm` stage installs exactly these files.

Files are named by the checksum of the whole file, which is what rpm-md calls the package id. Source:
`schemas/osbuild2.json`, `stages/org.osbuild.rpm.meta.json` and `sources/org.osbuild.curl.meta.json` of osbuild.
"""

from __future__ import annotations

import re
from typing import Any

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import Exported
from optimizer.export.format import FILES, Besides, Format, Loss
from optimizer.export.json_text import json_document
from optimizer.export.request import nevra_of

_CHECKSUM = re.compile(r"(?:md5|sha1|sha256|sha384|sha512):[0-9a-f]{32,128}")


def write(exported: Exported) -> bytes:
    """Return a manifest of the packages whose checksum is known; a build pipeline is for the builder to add."""
    known = [package for package in exported.packages if _known(package)]
    urls = {package.checksum: exported.url(package) for package in sorted(known, key=lambda one: one.checksum)}
    stage: dict[str, Any] = {
        "type": "org.osbuild.rpm",
        "inputs": {
            "packages": {
                "type": "org.osbuild.files",
                "origin": "org.osbuild.source",
                "references": {checksum: {} for checksum in urls},
            }
        },
    }
    pipeline: dict[str, Any] = {"name": "os", "stages": [stage]}
    if exported.time is not None:
        pipeline["source-epoch"] = exported.time
    items = {checksum: {"url": url} for checksum, url in urls.items()}
    return json_document({"version": "2", "pipelines": [pipeline], "sources": {"org.osbuild.curl": {"items": items}}})


def lost(exported: Exported) -> tuple[Loss, ...]:
    """Return the packages that have no place because nobody knows their checksum."""
    unknown = tuple(nevra_of(package) for package in exported.packages if not _known(package))
    return (Loss(Besides.PACKAGES, "anything of packages whose checksum nobody knows", unknown),) if unknown else ()


def _known(package: ManifestPackage) -> bool:
    return _CHECKSUM.fullmatch(package.checksum) is not None


FORMAT = Format(
    title="osbuild manifest, version 2",
    file_name="manifest.osbuild.json",
    media_type="application/json",
    expresses=FILES,
    write=write,
    lost=lost,
)
