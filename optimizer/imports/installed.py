"""Lists of packages that other tools wrote: what an image holds, or is to hold.

`rpm -qa` in its usual shapes, CoreOS lockfiles, mkosi's manifests, Photon's lists, bare names, and pkgset's own
manifest.json. The format is seen from the content, never from the file's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from optimizer.answer.listing import ListedPackage, PackageListing
from optimizer.imports.columns import KEYS, listed_lines, order_of, read_columns, read_names, read_nevras
from optimizer.imports.error import BadImportError
from optimizer.imports.locks import (
    read_dnf_transaction,
    read_ostree_lock,
    read_rpm_package_manifest,
    read_rpms_lock,
)
from optimizer.imports.nevra import is_package_name, parse_argument
from optimizer.imports.objects import read_described, read_objects, read_photon
from optimizer.imports.source import Source, read_source
from optimizer.problem.nearest import nearest


@dataclass(frozen=True, slots=True)
class ListFormat:
    """A format of package lists: what it is in words, how it is read, and whether it always writes epochs."""

    what: str
    read: Callable[[Source], list[ListedPackage]]
    epochs: bool = False


def read_package_list(path: Path, list_format: str | None = None) -> PackageListing:
    """Return the packages that the file at `path`, standard input for `-`, lists.

    `list_format` is a key of `LIST_FORMATS`, or None to see it from the content. Raises BadImportError with the line
    and what was expected, and OSError.
    """
    return read_listing(read_source(path), list_format)


def read_listing(source: Source, list_format: str | None = None) -> PackageListing:
    """Return the packages that a source lists; raises BadImportError."""
    if list_format is not None and list_format not in LIST_FORMATS:
        near = nearest(list_format, LIST_FORMATS)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        known = ", ".join(LIST_FORMATS)
        raise BadImportError(source.path, f"expected one of the formats {known}, found {list_format!r}{hint}")
    name = list_format or list_format_of(source)
    if name is None:
        known = "; ".join(f"{key}: {known.what}" for key, known in LIST_FORMATS.items())
        raise BadImportError(source.path, f"expected a package list ({known}), found none of these")
    chosen = LIST_FORMATS[name]
    packages = chosen.read(source)
    if not packages:
        raise BadImportError(source.path, "expected at least one package, found none")
    epochs = chosen.epochs or any(":" in (package.evr or "") for package in packages)
    return PackageListing(label=str(source.path), format=name, packages=_sorted(packages), epochs=epochs)


def list_format_of(source: Source) -> str | None:
    """Return the format of a package list by its content, None where it is none that is known."""
    start = source.text.lstrip()[:1]
    if start in ("{", "["):
        return _json_format(source)
    lines = [text for _, text in listed_lines(source)]
    if not lines:
        return None
    for mark, name in _YAML_MARKS.items():
        if re.search(mark, source.text, re.MULTILINE):
            return name
    first = next((text for text in lines if not text.startswith(KEYS)), lines[0])
    if len(first.split()) > 1:
        return "rpm-columns" if order_of(first) is not None else None
    packages = [parse_argument(text) for text in lines]
    if all(packages) or any(package is not None and package.arch is not None for package in packages):
        return "rpm-qa"
    return "names" if all(is_package_name(text) for text in lines) else None


#: Lines that only these files have at their left edge.
_YAML_MARKS = {
    r"^document:\s*[\"']?rpm-package-manifest\b": "rpm-package-manifest",
    r"^lockfileVersion:": "rpms-lock",
}


def _json_format(source: Source) -> str | None:
    try:
        value = json.loads(source.text)
    except (ValueError, RecursionError):
        # Several values, one after another, are no JSON document: `rpm --json` and queryformats write those.
        return "rpm-json"
    if isinstance(value, list) or not {"packages", "rpms"} & value.keys():
        first = next(iter(value), None) if isinstance(value, list) else value
        keys = {key.lower() for key in first} if isinstance(first, dict) else set()
        return "rpm-json" if "name" in keys and keys & {"version", "evr", "arch"} else None
    if isinstance(value.get("rpms"), list) and value.get("version") == "0.0":
        return "dnf-transaction"
    packages = value.get("packages")
    if isinstance(packages, dict):
        return "rpm-ostree-lockfile"
    if not isinstance(packages, list):
        return None
    if "manifest_version" in value:
        return "mkosi-manifest"
    return "manifest" if value.get("format") == 1 and "problem" in value else "photon-packages"


def _sorted(packages: list[ListedPackage]) -> tuple[ListedPackage, ...]:
    def key(package: ListedPackage) -> tuple[str, str, str, int]:
        return package.name, package.arch or "", package.evr or "", package.installed_size or -1

    return tuple(sorted(dict.fromkeys(packages), key=key))


LIST_FORMATS: dict[str, ListFormat] = {
    "rpm-qa": ListFormat("NAME-[EPOCH:]VERSION-RELEASE.ARCH a line", read_nevras),
    "rpm-columns": ListFormat("columns of rpm --queryformat", read_columns),
    "rpm-json": ListFormat("JSON objects of rpm --json or a queryformat", read_objects),
    "rpm-ostree-lockfile": ListFormat("rpm-ostree's manifest-lock.json", read_ostree_lock, epochs=True),
    "rpm-package-manifest": ListFormat(
        "libpkgmanifest's packages.manifest.yaml", read_rpm_package_manifest, epochs=True
    ),
    "rpms-lock": ListFormat("rpms.lock.yaml", read_rpms_lock, epochs=True),
    "dnf-transaction": ListFormat("a transaction of dnf, JSON", read_dnf_transaction, epochs=True),
    "mkosi-manifest": ListFormat("mkosi's image.manifest", read_described),
    "photon-packages": ListFormat('Photon\'s {"packages": [...]}', read_photon),
    "manifest": ListFormat("pkgset's manifest.json", read_described, epochs=True),
    "names": ListFormat("one name a line", read_names),
}
