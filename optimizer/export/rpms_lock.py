"""`rpms.lock.yaml`, which hermeto reads for Konflux builds: the files to fetch beforehand.

Source: hermeto's model of the file, which reads `repoid`, `url`, `checksum` and `size` of each package.
"""

from __future__ import annotations

from typing import Any

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import Exported
from optimizer.export.format import FILES, Format
from optimizer.export.request import evr_of
from optimizer.export.yaml_text import yaml_document


def write(exported: Exported) -> bytes:
    """Return the lock of one architecture; a size or checksum that nobody knows is left out of its entry."""
    arch = {
        "arch": exported.manifest.arch,
        "packages": [_entry(exported, package) for package in exported.packages],
        "source": [],
        "module_metadata": [],
    }
    document = {"lockfileVersion": 1, "lockfileVendor": "redhat", "arches": [arch]}
    return yaml_document(document, exported.header())


def _entry(exported: Exported, package: ManifestPackage) -> dict[str, Any]:
    entry: dict[str, Any] = {"url": exported.url(package), "repoid": package.repository}
    if package.download_size and not package.size_estimated:
        entry["size"] = package.download_size
    if package.checksum:
        entry["checksum"] = package.checksum
    entry |= {"name": package.name, "evr": evr_of(package)}
    if package.source:
        entry["sourcerpm"] = f"{package.source}.src.rpm"
    return entry


FORMAT = Format(
    title="rpms.lock.yaml (Konflux, hermeto)",
    file_name="rpms.lock.yaml",
    media_type="application/yaml",
    expresses=FILES,
    write=write,
)
