"""Pins, and the versions an earlier manifest holds."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from optimizer.problem.document import KeyPath, show
from optimizer.problem.nearest import nearest
from optimizer.problem.problem import PackageVersion, Pin
from optimizer.problem.reading import Reading
from optimizer.problem.requirement import read_relation
from optimizer.problem.shape import PinShape

#: A manifest of a hundred thousand packages is half as large.
MANIFEST_LIMIT = 64 << 20


class _ManifestPackage(msgspec.Struct, frozen=True):
    """The keys of a manifest's package that tell it from all others."""

    name: str
    epoch: int
    version: str
    release: str
    arch: str


class _Manifest(msgspec.Struct, frozen=True):
    """The part of a manifest that is read back."""

    packages: tuple[_ManifestPackage, ...]


def read_pins(reading: Reading, repositories: Iterable[str]) -> tuple[Pin, ...]:
    """Return the pins in their order; `repositories` are the ids a pin may name."""
    known = frozenset(repositories)
    found = (_read_pin(reading, path, known) for path in reading.children(("pins",)))
    return tuple(pin for pin in found if pin is not None)


def _read_pin(reading: Reading, path: KeyPath, repositories: frozenset[str]) -> Pin | None:
    text = reading.text(path)
    if text is not None:
        relation = read_relation(reading, path, text)
        return None if relation is None else Pin(relation.name, relation, None, None, reading.position(path))
    shape = reading.struct(path, PinShape)
    if shape is None:
        reading.add(path, "NAME = VERSION, or a mapping", "nothing")
        return None
    if shape.version is None and shape.origin is None and shape.repository is None:
        reading.add(path, "version, origin or repository", "none of them")
    if shape.repository is not None and shape.repository not in repositories:
        near = nearest(shape.repository, repositories)
        reading.add((*path, "repository"), "the id of a repository", show(shape.repository), near)
    relation = None
    if shape.version is not None:
        bound = shape.version.strip()
        bound = bound if bound.startswith(("<", ">", "=")) else f"= {bound}"
        relation = read_relation(reading, (*path, "version"), f"{shape.name} {bound}")
    return Pin(shape.name, relation, shape.origin, shape.repository, reading.position(path))


def read_manifest(reading: Reading, key: str) -> tuple[PackageVersion, ...]:
    """Return the packages of the manifest that the top-level `key` names, in its order; none without the key."""
    name = reading.text((key,))
    if name is None:
        return ()
    try:
        manifest = reading.include((key,), name, msgspec.json.Decoder(_Manifest).decode, MANIFEST_LIMIT)
    except msgspec.DecodeError as error:
        reading.add((key,), "a manifest.json of pkgset", f"{show(name)} ({error})")
        return ()
    if manifest is None:
        return ()
    return tuple(
        PackageVersion(package.name, package.epoch, package.version, package.release, package.arch)
        for package in manifest.packages
    )
