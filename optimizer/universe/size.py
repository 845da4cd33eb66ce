"""How large packages are: by metadata, by the problem's own table, or by its estimate, and whether that is enough."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
import solv

from optimizer.problem.problem import ObjectiveKind, Origin, Problem
from optimizer.universe.instance import Instance, PackageOrigin
from optimizer.universe.world import World


class Measure(NamedTuple):
    """Installed and download bytes, None where nobody knows; `estimated` where either rests on the estimate rule."""

    installed_bytes: int | None
    download_bytes: int | None
    estimated: bool = False


class Scales(msgspec.Struct, frozen=True):
    """Measures the packages of one problem's world."""

    world: World
    problem: Problem

    def measure(self, solvable: Any, origin: PackageOrigin) -> Measure:
        """Return a package's size: what metadata know, else the problem's table, else (not upstream) its estimate."""
        if origin is PackageOrigin.VIRTUAL:
            return Measure(0, 0)
        known = metadata_measure(solvable)
        if None not in known:
            return known
        known = _with_table(known, self.problem, solvable.name)
        estimate = self.problem.sizes.estimate
        if estimate is None or origin is PackageOrigin.UPSTREAM or None not in known[:2]:
            return known
        guess = self._like_upstream(solvable) if estimate.like_upstream else Measure(None, None)
        installed, download = known[:2]
        if installed is None:
            installed = _percent(guess.installed_bytes, estimate.installed_bytes, estimate.percent)
        if download is None:
            download = _percent(guess.download_bytes, estimate.download_bytes, estimate.percent)
        return Measure(installed, download, estimated=(installed, download) != known[:2])

    def _like_upstream(self, solvable: Any) -> Measure:
        """Return the size of the upstream package of this name, or of what the equivalents put in its place."""
        rows = [row for row in self.problem.equivalents if row.name == solvable.name]
        names = [self.world.dependency_id(dependency) for row in rows for dependency in row.upstream]
        parts = [self._provider(identifier) for identifier in names or [solvable.nameid]]
        measures = [metadata_measure(part) for part in parts if part is not None]
        if not measures or len(measures) != len(parts):
            return Measure(None, None)
        return Measure(
            _sum(measure.installed_bytes for measure in measures),
            _sum(measure.download_bytes for measure in measures),
        )

    def _provider(self, dependency_id: int) -> Any | None:
        """Return an upstream provider: one that bears the name itself, else the first."""
        found = [self.world.solvable(held) for held in self.world.providers(dependency_id)]
        upstream = [held for held in found if self.world.origin(held) is Origin.UPSTREAM]
        text = self.world.text(dependency_id)
        return min(upstream, key=lambda held: (held.name != text, held.name, held.id), default=None)


def metadata_measure(solvable: Any) -> Measure:
    """Return the size that metadata give.

    No RPM is 0 bytes to download, so 0 means unknown there; 0 installed bytes are true of a package without files
    (basesystem), and unknown where the download size is unknown too.
    """
    download = solvable.lookup_num(solv.SOLVABLE_DOWNLOADSIZE) or None
    installed = solvable.lookup_num(solv.SOLVABLE_INSTALLSIZE)
    return Measure(None if installed == 0 and download is None else installed, download)


def _with_table(known: Measure, problem: Problem, name: str) -> Measure:
    for row in problem.sizes.packages:
        if row.name == name:
            installed = row.installed_bytes if known.installed_bytes is None else known.installed_bytes
            download = row.download_bytes if known.download_bytes is None else known.download_bytes
            return Measure(installed, download)
    return known


def _percent(guess: int | None, flat: int | None, percent: int) -> int | None:
    amount = flat if guess is None else guess
    return None if amount is None else amount * percent // 100


def _sum(amounts: Iterable[int | None]) -> int | None:
    known = list(amounts)
    return None if None in known else sum(amount for amount in known if amount is not None)


class UnknownSizeError(ValueError):
    """A candidate whose size nobody knows, in a problem that counts sizes: which size, and whose."""

    def __init__(self, problem: str, kind: str, nevras: tuple[str, ...]) -> None:
        super().__init__(problem, kind, nevras)
        self.problem, self.kind, self.nevras = problem, kind, nevras

    def __str__(self) -> str:
        named = ", ".join(self.nevras[:5]) + (f" and {len(self.nevras) - 5} more" if len(self.nevras) > 5 else "")
        return (
            f"{self.problem}: policy.unknown_size is `error`, and the {self.kind} of {len(self.nevras)} candidates "
            f"is unknown: {named}; say `zero` or a size"
        )


def check_known_sizes(instance: Instance) -> None:
    """Raise UnknownSizeError if the Instance counts a size that is unknown of a candidate and allows no stand-in."""
    if instance.unknown_bytes is not None:
        return
    counted = {objective.value for objective in instance.objectives} | {limit.kind.value for limit in instance.limits}
    for kind, attribute in (
        (ObjectiveKind.INSTALLED_SIZE, "installed_bytes"),
        (ObjectiveKind.DOWNLOAD_SIZE, "download_bytes"),
    ):
        unknown = tuple(package.nevra for package in instance.packages if getattr(package, attribute) is None)
        if unknown and kind.value in counted:
            raise UnknownSizeError(instance.problem, kind.value, unknown)
