"""One of two package sets to be compared: a result of ours, or another tool's list."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from optimizer.answer.listing import PackageListing
from optimizer.answer.manifest import Manifest
from optimizer.answer.stored import identity


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A package of one side; None where the side does not say. Sizes in bytes; `source` without its version."""

    name: str
    evr: str | None = None
    arch: str | None = None
    repository: str | None = None
    origin: str | None = None
    source: str | None = None
    source_evr: str | None = None
    installed_size: int | None = None
    download_size: int | None = None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of two package sets: what it is called, what it is, its packages, who asks for each name if that is known.

    `epochs` says that an epoch which is not written is 0; else it is unknown.
    """

    label: str
    kind: str
    packages: tuple[Held, ...]
    epochs: bool
    required_by: dict[str, tuple[str, ...]] | None = None


def side_of_manifest(label: str, manifest: Manifest) -> Side:
    """Return a result as a side."""
    packages = []
    required_by: dict[str, set[str]] = defaultdict(set)
    for package in manifest.packages:
        nevra, _ = identity(package)
        source, version = _source_parts(package.source)
        required_by[package.name].update(package.required_by)
        packages.append(
            Held(
                name=package.name,
                evr=nevra.removeprefix(f"{package.name}-").removesuffix(f".{package.arch}"),
                arch=package.arch,
                repository=package.repository,
                origin=package.origin,
                source=source or None,
                source_evr=version,
                installed_size=package.installed_size,
                download_size=package.download_size,
            )
        )
    asked = {name: tuple(sorted(askers)) for name, askers in sorted(required_by.items())}
    return Side(label=label, kind="result", packages=tuple(packages), epochs=True, required_by=asked)


def side_of_listing(listing: PackageListing) -> Side:
    """Return another tool's list as a side; a list that writes one epoch is taken to write them all."""
    packages = []
    for package in listing.packages:
        source, version = _source_parts(package.source or "")
        packages.append(
            Held(
                name=package.name,
                evr=package.evr,
                arch=package.arch,
                repository=package.repository,
                source=source or None,
                source_evr=version,
                installed_size=package.installed_size,
            )
        )
    epochs = listing.epochs or any(":" in (package.evr or "") for package in listing.packages)
    return Side(label=listing.label, kind=listing.format, packages=tuple(packages), epochs=epochs)


def _source_parts(label: str) -> tuple[str, str | None]:
    """Split `name-version-release`, with or without rpm's `.src.rpm`; a name alone has no version."""
    label = label.removesuffix(".rpm").removesuffix(".src").removesuffix(".nosrc")
    parts = label.rsplit("-", 2)
    if len(parts) < 3 or not any(letter.isdigit() for letter in parts[1]):
        return label, None
    return parts[0], f"{parts[1]}-{parts[2]}"
