"""A bazeldnf lock: the files, their digests as subresource integrity, and who depends on whom.

A package's id is its name, so of several packages of one name only the image's own architecture is written. Source:
`pkg/api/bazeldnf/config.go` of bazeldnf.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import Exported
from optimizer.export.format import FILES, Besides, Expresses, Format, Loss
from optimizer.export.json_text import json_document
from optimizer.export.request import nevra_of

_CHECKSUM = re.compile(r"(?P<algorithm>sha256|sha384|sha512):(?P<digest>(?:[0-9a-f]{2})+)")


def write(exported: Exported) -> bytes:
    """Return the lock; dependencies are the packages of the answer that provide what one requires."""
    packages, asked = _held(exported), exported.asked()
    names = {package.name for package in packages}
    needed: dict[str, set[str]] = defaultdict(set)
    for package in packages:
        for asker in names.intersection(package.required_by) - {package.name}:
            needed[asker].add(package.name)
    document: dict[str, Any] = {
        "cli-arguments": [],
        "name": "rpms",
        "repositories": {one.id: [one.url] for one in exported.repositories},
        "rpms": [_entry(package, needed[package.name]) for package in packages],
        "targets": _targets([one.name for one in packages if nevra_of(one) in asked], needed, sorted(names)),
        "ignored": [],
    }
    return json_document(document)


def _targets(asked: list[str], needed: Mapping[str, set[str]], names: list[str]) -> list[str]:
    """Return what is asked for, and besides what nothing asked for needs: it would not be built."""
    targets: list[str] = []
    reached: set[str] = set()
    for name in (*asked, *names):
        if name in asked or name not in reached:
            targets.append(name)
        left = [name]
        while left:
            one = left.pop()
            if one not in reached:
                reached.add(one)
                left += needed.get(one, ())
    return sorted(set(targets))


def lost(exported: Exported) -> tuple[Loss, ...]:
    """Return the packages that have no place because nobody knows a digest that bazeldnf could check."""
    unknown = tuple(nevra_of(package) for package in exported.packages if not _CHECKSUM.fullmatch(package.checksum))
    what = "anything of packages without a sha256, sha384 or sha512"
    return (Loss(Besides.PACKAGES, what, unknown),) if unknown else ()


def _held(exported: Exported) -> list[ManifestPackage]:
    foreign = (exported.manifest.arch, "noarch")
    held: dict[str, ManifestPackage] = {}
    for package in sorted(exported.packages, key=lambda one: one.arch not in foreign):
        if _CHECKSUM.fullmatch(package.checksum):
            held.setdefault(package.name, package)
    return [held[name] for name in sorted(held)]


def _entry(package: ManifestPackage, needed: set[str]) -> dict[str, Any]:
    match = _CHECKSUM.fullmatch(package.checksum)
    assert match is not None
    digest = base64.b64encode(bytes.fromhex(match["digest"])).decode()
    return {
        "id": package.name,
        "name": package.name,
        "integrity": f"{match['algorithm']}-{digest}",
        "urls": [package.location],
        "repository": package.repository,
        "dependencies": sorted(needed),
    }


FORMAT = Format(
    title="bazeldnf lock",
    file_name="bazeldnf-lock.json",
    media_type="application/json",
    expresses=FILES - {Expresses.SAME_NAME},
    write=write,
    lost=lost,
)
