"""The manifest: what to install, with totals and reuse (the keys of manifest.json, DESIGN section 6)."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from optimizer.model.solution import Solution
from optimizer.universe.instance import Formula, Instance, Package, PackageOrigin, RequirementKind

_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


class ManifestPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One package to install; sizes in bytes, None where unknown; `required_by` names packages and features."""

    name: str
    epoch: int
    version: str
    release: str
    arch: str
    repository: str
    origin: str
    source: str
    installed_size: int | None
    download_size: int | None
    checksum: str
    location: str
    required_by: tuple[str, ...]
    size_estimated: bool = False


class UnknownSizes(msgspec.Struct, frozen=True, kw_only=True):
    """How many packages have no known size: the totals then are lower bounds ("at least")."""

    installed: int
    download: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What the packages add up to; sizes in bytes, unknown ones left out.

    `estimated_packages` have a size by the problem's estimate, `estimated_size` installed bytes together.
    """

    packages: int
    sources: int
    installed_size: int
    download_size: int
    unknown_sizes: UnknownSizes
    estimated_packages: int = 0
    estimated_size: int = 0


class Denominators(msgspec.Struct, frozen=True, kw_only=True):
    """What the reuse fractions are fractions of; bytes are installed bytes of known sizes."""

    sources: int
    packages: int
    bytes: int


class Reuse(msgspec.Struct, frozen=True, kw_only=True):
    """The upstream share of sources, packages and installed bytes, 0..1; None of nothing."""

    sources: float | None
    packages: float | None
    bytes: float | None
    of: Denominators


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of manifest.json; packages by name, arch and repository."""

    format: int
    problem: str
    arch: str
    packages: tuple[ManifestPackage, ...]
    totals: Totals
    reuse: Reuse


def write_manifest(instance: Instance, solution: Solution) -> Manifest:
    """Return the manifest of a solution; virtual packages stand for others and are left out."""
    askers = _askers(instance, solution)
    chosen = [index for index in solution.packages if _real(instance.packages[index])]
    packages = tuple(_package(instance, index, askers[index]) for index in chosen)
    return Manifest(
        format=1,
        problem=instance.problem,
        arch=instance.arch,
        packages=tuple(sorted(packages, key=lambda p: (p.name, p.arch, p.repository, p.version, p.release))),
        totals=totals([instance.packages[index] for index in chosen]),
        reuse=reuse([instance.packages[index] for index in chosen]),
    )


def reuse(packages: list[Package]) -> Reuse:
    """Return the upstream share of some packages."""
    upstream = [package for package in packages if package.origin is PackageOrigin.UPSTREAM]
    counts, of = _counts(upstream), _counts(packages)
    shares = [round(part / whole, 6) if whole else None for part, whole in zip(counts, of, strict=True)]
    denominators = Denominators(sources=of[0], packages=of[1], bytes=of[2])
    return Reuse(sources=shares[0], packages=shares[1], bytes=shares[2], of=denominators)


def source_label(instance: Instance, package: Package) -> str:
    """Return the source package of a package as `name-version-release`."""
    if package.source is None:
        return ""
    source = instance.sources[package.source]
    return f"{source.name}-{package.source_evr or source.evr}"


def _counts(packages: list[Package]) -> tuple[int, int, int]:
    sources = {package.source for package in packages}
    return len(sources), len(packages), sum(package.installed_bytes or 0 for package in packages)


def totals(packages: list[Package]) -> Totals:
    """Return what some packages add up to."""
    sources, count, installed = _counts(packages)
    return Totals(
        packages=count,
        sources=sources,
        installed_size=installed,
        download_size=sum(package.download_bytes or 0 for package in packages),
        unknown_sizes=UnknownSizes(
            installed=sum(package.installed_bytes is None for package in packages),
            download=sum(package.download_bytes is None for package in packages),
        ),
        estimated_packages=sum(package.estimated for package in packages),
        estimated_size=sum(package.installed_bytes or 0 for package in packages if package.estimated),
    )


def _package(instance: Instance, index: int, askers: set[str]) -> ManifestPackage:
    package = instance.packages[index]
    return ManifestPackage(
        name=package.name,
        epoch=package.epoch,
        version=package.version,
        release=package.release,
        arch=package.arch,
        repository=package.repository,
        origin=package.origin.value,
        source=source_label(instance, package),
        installed_size=package.installed_bytes,
        download_size=package.download_bytes,
        checksum=package.checksum,
        location=package.location,
        required_by=tuple(sorted(askers)),
        size_estimated=package.estimated,
    )


def _askers(instance: Instance, solution: Solution) -> dict[int, set[str]]:
    """Return, for each chosen package, the chosen packages and features that ask for something it provides."""
    chosen = frozenset(solution.packages)
    askers: dict[int, set[str]] = defaultdict(set)
    for feature in instance.features:
        for index in _chosen_providers(instance, feature.formula, chosen):
            askers[index].add(f"feature: {feature.text}")
    for requirement in instance.requirements:
        if requirement.package in chosen and requirement.kind in _HARD:
            asker = instance.packages[requirement.package].name
            for index in _chosen_providers(instance, requirement.formula, chosen):
                askers[index].add(asker)
    return askers


def _chosen_providers(instance: Instance, formula: Formula, chosen: frozenset[int], sign: bool = True) -> set[int]:
    if isinstance(formula, int):
        return set(chosen.intersection(instance.capabilities[formula].providers)) if sign else set()
    operator, *parts = formula
    below = sign if operator != "not" else not sign
    return {index for part in parts for index in _chosen_providers(instance, part, chosen, below)}


def _real(package: Package) -> bool:
    return package.origin is not PackageOrigin.VIRTUAL
