"""What a builder's resolver is asked for: the full list by default, or fewer words that steer it to the same set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.answer.manifest import Manifest, ManifestPackage
from optimizer.universe.instance import Formula, Instance, PackageOrigin


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """One package asked for, as narrowly as the request needs: what is None is left to the resolver.

    `evr` is `epoch:version-release`, the epoch left out where it is 0.
    """

    name: str
    arch: str | None = None
    evr: str | None = None
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Packages by name, arch and version, names to keep out, and whether the resolver may follow weak dependencies.

    `full` where it lists the whole answer. `unspoken` are forbidden dependencies that are no list of names.
    """

    packages: tuple[Wanted, ...]
    excludes: tuple[str, ...] = ()
    weak: bool = False
    full: bool = True
    unspoken: tuple[str, ...] = ()


def full_request(manifest: Manifest, instance: Instance) -> Request:
    """Return the request that names every package of an answer that exists, in full.

    Kept out by name is whatever provides a forbidden capability, unless the answer has a package of that name: its
    version is settled by the list.
    """
    wanted = sorted(wanted_of(package) for package in manifest.packages if package.origin != PackageOrigin.STUB)
    chosen = {package.name for package in manifest.packages}
    excluded: set[str] = set()
    unspoken = []
    for forbidden in instance.forbidden:
        providers = _alternatives(forbidden.formula, instance)
        if providers is None:
            unspoken.append(forbidden.text)
            continue
        members = (instance.packages[index] for index in providers)
        excluded.update(one.name for one in members if one.origin is not PackageOrigin.VIRTUAL)
    return Request(
        packages=tuple(wanted), excludes=tuple(sorted(excluded - chosen)), unspoken=tuple(sorted(unspoken))
    )


def wanted_of(package: ManifestPackage) -> Wanted:
    """Return a package asked for by all that it is called, and its repository."""
    return Wanted(package.name, package.arch, evr_of(package), package.repository)


def evr_of(package: ManifestPackage) -> str:
    """Return `epoch:version-release`, the epoch left out where it is 0, the release where there is none."""
    epoch = f"{package.epoch}:" if package.epoch else ""
    return f"{epoch}{package.version}" + (f"-{package.release}" if package.release else "")


def nevra_of(package: ManifestPackage) -> str:
    """Return `name-epoch:version-release.arch`, as dnf spells it."""
    return f"{package.name}-{evr_of(package)}.{package.arch}"


def _alternatives(formula: Formula, instance: Instance) -> tuple[int, ...] | None:
    """Return the packages of which each alone makes a formula true, None where it is not of that kind."""

    def walk(part: Formula) -> Iterator[int | None]:
        if isinstance(part, int):
            yield from instance.capabilities[part].providers
        elif part[0] == "any":
            for inner in part[1:]:
                yield from walk(inner)
        else:
            yield None

    found = list(walk(formula))
    return None if None in found else tuple(index for index in found if index is not None)
