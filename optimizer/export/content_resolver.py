"""A Content Resolver workload: the names of an answer, and placeholders for what upstream does not have.

Placeholders are the packages of our own and those that nobody has made: each names its source, what it needs at
run time from the rest of the answer, and why it is there. Versions are for Content Resolver to find. Source:
`config_specs` and `config_manager.py` of content-resolver.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import Exported, plain, stub_name
from optimizer.export.format import Expresses, Format
from optimizer.export.yaml_text import yaml_document
from optimizer.universe.instance import PackageOrigin

LABEL = "pkgset"


def write(exported: Exported) -> bytes:
    """Return the workload."""
    ours = [package for package in exported.manifest.packages if package.origin != PackageOrigin.UPSTREAM]
    held = {package.name for package in ours}
    names = {wanted.name for wanted in exported.request.packages} - held
    data: dict[str, Any] = {
        "name": plain(exported.manifest.problem),
        "description": exported.header()[0],
        "maintainer": LABEL,
        "packages": sorted(names),
        "labels": [LABEL],
        "options": ["strict", "include-weak-deps"] if exported.request.weak else ["strict"],
    }
    if ours:
        data["package_placeholders"] = _placeholders(exported, ours)
    return yaml_document({"document": "feedback-pipeline-workload", "version": 1, "data": data}, exported.header())


def _placeholders(exported: Exported, ours: list[ManifestPackage]) -> list[dict[str, Any]]:
    sources: dict[str, list[ManifestPackage]] = defaultdict(list)
    reasons = {}
    for package in ours:
        entry = exported.entry(package)
        source = (entry.source if entry is not None else package.name).removeprefix("stub:")
        sources[source].append(package)
        reasons[source] = "our own" if entry is None else f"diverges: {entry.reason}"
    return [
        {
            "srpm_name": source,
            "build_dependencies": [],
            "limit_arches": [exported.manifest.arch],
            "rpms": [_rpm(exported, package, reasons[source]) for package in sources[source]],
        }
        for source in sorted(sources)
    ]


def _rpm(exported: Exported, package: ManifestPackage, reason: str) -> dict[str, Any]:
    needed = {one.name for one in exported.packages if package.name in one.required_by and one.name != package.name}
    return {
        "rpm_name": stub_name(package),
        "description": reason,
        "dependencies": sorted(needed),
        "limit_arches": [],
    }


FORMAT = Format(
    title="Content Resolver workload",
    file_name="workload.yaml",
    media_type="application/yaml",
    expresses=frozenset({Expresses.WEAK_SWITCH, Expresses.DIVERGENCE, Expresses.STUBS, Expresses.REASONS}),
    write=write,
    steerable=True,
)
