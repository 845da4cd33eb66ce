"""The dependency edges of an Instance that can be cut: a package name and what it depends on, in all its releases.

Edges that say the same are one lever: the same dependency in several releases of a package or under several tags,
at whatever version bound, and a library's soname with its symbol versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from optimizer.model.cuts import Lever
from optimizer.problem.dependency import dependency_name
from optimizer.universe.instance import (
    Instance,
    PackageOrigin,
    Requirement,
    RequirementKind,
    formula_capabilities,
)

HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)
_MADE = "@"  # repositories of what a problem makes, such as equivalents: no package says that


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """A package that depends on something: what a maintainer could cut.

    `kind` is requires, recommends or supplements; `texts` are the dependency as it is spelt, `asking` the NEVRAs of
    the releases that ask for it, `providers` the packages of today's answer that give it, `in_answer` whether one of
    `asking` is in that answer.
    """

    package: str
    dependency: str
    kind: str
    texts: tuple[str, ...]
    asking: tuple[str, ...]
    providers: tuple[str, ...]
    in_answer: bool


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """The edges of an Instance by package and dependency; `levers` are each one's requirements, ascending."""

    names: tuple[tuple[str, str], ...]
    levers: tuple[Lever, ...]

    @classmethod
    def of(cls, instance: Instance, *, weak: bool) -> EdgeTable:
        """Return all edges, weak ones only if asked for."""
        held: dict[tuple[str, str], list[int]] = {}
        for index, requirement in enumerate(instance.requirements):
            package = instance.packages[requirement.package]
            made = package.origin is PackageOrigin.VIRTUAL and package.repository.startswith(_MADE)
            if not made and (weak or requirement.kind in HARD):
                held.setdefault((package.name, dependency_name(requirement.text)), []).append(index)
        names = tuple(sorted(held))
        return cls(names, tuple(tuple(held[name]) for name in names))

    def without(self, dropped: Iterable[int]) -> EdgeTable:
        """Return the table without some of its edges; the others keep their order."""
        out = frozenset(dropped)
        kept = [place for place in range(len(self.levers)) if place not in out]
        return EdgeTable(tuple(self.names[i] for i in kept), tuple(self.levers[i] for i in kept))

    def asked_by(self, instance: Instance, chosen: frozenset[int]) -> EdgeTable:
        """Return the table with only the edges that a package of an answer asks for."""
        return self.without(
            place
            for place, lever in enumerate(self.levers)
            if chosen.isdisjoint(instance.requirements[index].package for index in lever)
        )

    def edge(self, instance: Instance, place: int, chosen: frozenset[int]) -> Edge:
        """Return what an edge says, beside an answer."""
        package, dependency = self.names[place]
        said = [instance.requirements[index] for index in self.levers[place]]
        providers = {
            index
            for requirement in said
            for capability in formula_capabilities(requirement.formula)
            for index in instance.capabilities[capability].providers
        }
        asking = sorted({requirement.package for requirement in said})
        return Edge(
            package=package,
            dependency=dependency,
            kind=_kind(said),
            texts=tuple(sorted({requirement.text for requirement in said})),
            asking=tuple(instance.packages[index].nevra for index in asking),
            providers=tuple(instance.packages[index].nevra for index in sorted(providers & chosen)),
            in_answer=not chosen.isdisjoint(asking),
        )


def idle_edges(instance: Instance, table: EdgeTable, together: int, unmet: frozenset[int]) -> frozenset[int]:
    """Return edges whose cut adds nothing to a cut of `together` edges: what they ask for stays asked for.

    A requirement of a package is *implied* by another one of it if each provider of that one is a provider of this
    one, or surely needs one that is, over packages of other names, with one provider to choose from at each step. An
    edge of which each requirement is implied `together` times, by different edges, is idle: of these edges one is
    not cut, and no chain of steps runs over an edge of this package. Two chains might share an edge, so they count
    once. For a cut of one edge, what the answer leaves `unmet` of weak requirements is idle too: without them it is
    still among the best, and nothing else becomes as good.
    """
    spare = frozenset(place for place, lever in enumerate(table.levers) if unmet.issuperset(lever))
    return (spare if together == 1 else frozenset()) | _implied(instance, table, together)


def _implied(instance: Instance, table: EdgeTable, together: int) -> frozenset[int]:
    providers = [_plain_providers(instance, requirement) for requirement in instance.requirements]
    masks = [None if held is None else _mask(held) for held in providers]
    surely, named = _surely_needed(instance, providers), _masks_of_names(instance)
    said_by: dict[int, list[tuple[int, int]]] = {}
    for place, lever in enumerate(table.levers):
        for index in lever:
            if providers[index] is not None:
                said_by.setdefault(instance.requirements[index].package, []).append((place, index))

    def implications(place: int, index: int) -> int:
        package, target = instance.requirements[index].package, masks[index]
        if target is None:
            return 0
        own = named[instance.packages[package].name]
        direct: set[int] = set()
        chained: set[int] = set()
        for other, said in said_by[package]:
            if other == place or other in direct:
                continue
            if not (masks[said] or 0) & ~target:
                direct.add(other)
            elif all(surely[held] & target and not surely[held] & own for held in providers[said] or ()):
                chained.add(other)
        return len(direct) + min(len(chained - direct), 1)

    return frozenset(
        place
        for place, lever in enumerate(table.levers)
        if all(implications(place, index) >= together for index in lever)
    )


def _plain_providers(instance: Instance, requirement: Requirement) -> tuple[int, ...] | None:
    """Return who meets a strong requirement of one capability; None for any other requirement."""
    if requirement.kind not in HARD or not isinstance(requirement.formula, int):
        return None
    return instance.capabilities[requirement.formula].providers


def _surely_needed(instance: Instance, providers: Sequence[tuple[int, ...] | None]) -> list[int]:
    """Return, as a mask for each package, itself and what it needs with one provider to choose from at each step."""
    only: list[list[int]] = [[] for _ in instance.packages]
    for requirement, held in zip(instance.requirements, providers, strict=True):
        if held is not None and len(held) == 1:
            only[requirement.package].append(held[0])
    masks = []
    for package in range(len(instance.packages)):
        reached, waiting = {package}, [package]
        while waiting:
            fresh = [one for one in only[waiting.pop()] if one not in reached]
            reached.update(fresh)
            waiting += fresh
        masks.append(_mask(reached))
    return masks


def _masks_of_names(instance: Instance) -> dict[str, int]:
    named: dict[str, int] = {}
    for index, package in enumerate(instance.packages):
        named[package.name] = named.get(package.name, 0) | 1 << index
    return named


def _mask(packages: Iterable[int]) -> int:
    mask = 0
    for package in packages:
        mask |= 1 << package
    return mask


def _kind(said: Sequence[Requirement]) -> str:
    """Return the strongest tag among requirements, the two kinds of Requires being one."""
    kinds = {RequirementKind.REQUIRES if one.kind in HARD else one.kind for one in said}
    return next(kind for kind in RequirementKind if kind in kinds).value
