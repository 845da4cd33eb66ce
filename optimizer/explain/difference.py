"""What two answers differ in, over Instances of one problem that may not be the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from optimizer.model.solution import Solution, Stage
from optimizer.universe.instance import Instance, Package, PackageOrigin

Identity = tuple[str, str]


class StageChange(msgspec.Struct, frozen=True, kw_only=True):
    """One stage before and after, in the unit of its objective; None where there is no answer.

    `status` is `optimal` where both values are proven.
    """

    objective: str
    before: int | None
    after: int | None
    change: int | None
    status: str


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """An amount before and after, None where there is no answer; `unknown` packages count nothing in it."""

    before: int | None
    after: int | None
    change: int | None
    unknown_before: int = 0
    unknown_after: int = 0


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A package of an answer; sizes in bytes, None where unknown."""

    nevra: str
    name: str
    origin: str
    repository: str
    installed_size: int | None
    download_size: int | None


class Replacement(msgspec.Struct, frozen=True, kw_only=True):
    """A package whose version, repository or origin is another one, name and architecture being the same."""

    before: Member
    after: Member


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Two answers side by side; virtual packages are left out, packages are by name, architecture and version.

    `maintained` are the diverging sources, stubs included, that come in, `spared` those that go.
    `features_gained` and `features_lost` are optional ones.
    """

    stages: tuple[StageChange, ...]
    packages: Amount
    installed_size: Amount
    download_size: Amount
    added: tuple[Member, ...] = ()
    removed: tuple[Member, ...] = ()
    replaced: tuple[Replacement, ...] = ()
    maintained: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    features_gained: tuple[str, ...] = ()
    features_lost: tuple[str, ...] = ()


def difference(before: tuple[Instance, Solution], after: tuple[Instance, Solution]) -> Difference:
    """Return what `after` has otherwise; where one of them has no answer, amounts alone."""
    mine, theirs = _chosen(*before), _chosen(*after)
    amounts = Difference(
        stages=stage_changes(before[1].stages, after[1].stages),
        packages=_amount(mine, theirs, lambda _package: 1),
        installed_size=_amount(mine, theirs, lambda package: package.installed_bytes),
        download_size=_amount(mine, theirs, lambda package: package.download_bytes),
    )
    if mine is None or theirs is None:
        return amounts
    gone, come = _unshared(mine, theirs), _unshared(theirs, mine)
    pairs = _same_name(gone, come)
    paired = {package_identity(one) for pair in pairs for one in pair}
    sources = [_sources(*before), _sources(*after)]
    features = [_features(*before), _features(*after)]
    return msgspec.structs.replace(
        amounts,
        added=tuple(_member(one) for one in come if package_identity(one) not in paired),
        removed=tuple(_member(one) for one in gone if package_identity(one) not in paired),
        replaced=tuple(Replacement(before=_member(one), after=_member(other)) for one, other in pairs),
        maintained=tuple(sorted(sources[1] - sources[0])),
        spared=tuple(sorted(sources[0] - sources[1])),
        features_gained=tuple(sorted(features[1] - features[0])),
        features_lost=tuple(sorted(features[0] - features[1])),
    )


def stage_changes(before: Iterable[Stage], after: Iterable[Stage]) -> tuple[StageChange, ...]:
    """Return the stages of two solves of the same objectives side by side, the tie-break left out."""
    first = {stage.objective: stage for stage in before if stage.objective != "tie_break"}
    second = {stage.objective: stage for stage in after if stage.objective != "tie_break"}
    changes = []
    for objective in first or second:
        one, other = first.get(objective), second.get(objective)
        known = [stage for stage in (one, other) if stage is not None]
        changes.append(
            StageChange(
                objective=objective,
                before=None if one is None else one.value,
                after=None if other is None else other.value,
                change=None if one is None or other is None else other.value - one.value,
                status="optimal" if all(stage.status == "optimal" for stage in known) else "feasible",
            )
        )
    return tuple(changes)


def nearest_to(instance: Instance, identities: frozenset[Identity]) -> Instance:
    """Return an Instance in which ties fall to the packages of another answer, where libsolv's own choice was.

    So two answers differ in nothing that the change between them does not explain.
    """
    packages = tuple(
        msgspec.structs.replace(package, preferred=package_identity(package) in identities)
        for package in instance.packages
    )
    return msgspec.structs.replace(instance, packages=packages)


def chosen_identities(instance: Instance, solution: Solution) -> frozenset[Identity]:
    """Return the identities of an answer's packages, virtual ones included."""
    return frozenset(package_identity(instance.packages[index]) for index in solution.packages)


def package_identity(package: Package) -> Identity:
    """Return NEVRA and repository: together no two packages have them."""
    return package.nevra, package.repository


def _chosen(instance: Instance, solution: Solution) -> list[Package] | None:
    if not solution.solved:
        return None
    members = (instance.packages[index] for index in solution.packages)
    return [package for package in members if package.origin is not PackageOrigin.VIRTUAL]


def _amount(
    before: list[Package] | None, after: list[Package] | None, weight: Callable[[Package], int | None]
) -> Amount:
    sums = [None if held is None else sum(weight(package) or 0 for package in held) for held in (before, after)]
    unknown = [sum(weight(package) is None for package in held or ()) for held in (before, after)]
    change = None if sums[0] is None or sums[1] is None else sums[1] - sums[0]
    return Amount(before=sums[0], after=sums[1], change=change, unknown_before=unknown[0], unknown_after=unknown[1])


def _unshared(here: list[Package], there: list[Package]) -> list[Package]:
    known = {package_identity(package) for package in there}
    missing = (package for package in here if package_identity(package) not in known)
    return sorted(missing, key=lambda package: (package.name, package.arch, package.nevra, package.repository))


def _same_name(gone: list[Package], come: list[Package]) -> list[tuple[Package, Package]]:
    """Pair packages of one name and architecture, as many as there are on both sides."""
    waiting: dict[tuple[str, str], list[Package]] = {}
    for package in come:
        waiting.setdefault((package.name, package.arch), []).append(package)
    return [
        (package, waiting[package.name, package.arch].pop(0))
        for package in gone
        if waiting.get((package.name, package.arch))
    ]


def _sources(instance: Instance, solution: Solution) -> set[str]:
    return {instance.sources[index].name for index in solution.sources}


def _features(instance: Instance, solution: Solution) -> set[str]:
    return {instance.features[index].text for index in solution.features}


def _member(package: Package) -> Member:
    return Member(
        nevra=package.nevra,
        name=package.name,
        origin=package.origin.value,
        repository=package.repository,
        installed_size=package.installed_bytes,
        download_size=package.download_bytes,
    )
