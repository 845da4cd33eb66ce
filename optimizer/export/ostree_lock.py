"""An rpm-ostree lockfile: the version and the digest of each name that a treefile asks for.

It is keyed by name, so a name with several packages cannot be locked and is left out. Unknown keys are errors, but
the `metadata` of a package is free: divergence is noted there, as Fedora CoreOS notes its overrides. Source:
rpm-ostree's `rust/src/lockfile.rs` (its comment spells `metatada`, its code `metadata`).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import Exported
from optimizer.export.format import Expresses, Format
from optimizer.export.json_text import json_document
from optimizer.export.request import evr_of


def write(exported: Exported) -> bytes:
    """Return the lock of every name that has one package; a time only where SOURCE_DATE_EPOCH says it."""
    counted = Counter(package.name for package in exported.packages)
    packages = {one.name: _entry(exported, one) for one in exported.packages if counted[one.name] == 1}
    document: dict[str, Any] = {"packages": packages}
    if exported.time is not None:
        written = datetime.fromtimestamp(exported.time, tz=UTC)
        document["metadata"] = {"generated": written.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return json_document(document)


def _entry(exported: Exported, package: ManifestPackage) -> dict[str, Any]:
    entry: dict[str, Any] = {"evra": f"{evr_of(package)}.{package.arch}"}
    if package.checksum:
        entry["digest"] = package.checksum
    diverging = exported.entry(package)
    if diverging is not None:
        entry["metadata"] = {"type": "pin", "source": diverging.source, "reason": diverging.reason}
    return entry


_SPOKEN = frozenset(
    {
        Expresses.VERSIONS,
        Expresses.ARCHITECTURE,
        Expresses.CHECKSUMS,
        Expresses.DIVERGENCE,
        Expresses.REASONS,
    }
)

FORMAT = Format(
    title="rpm-ostree lockfile",
    file_name="manifest-lock.json",
    media_type="application/json",
    expresses=_SPOKEN,
    write=write,
    part_of="rpm-ostree-treefile",
    expected=_SPOKEN | {Expresses.SAME_NAME, Expresses.STUBS},
)
