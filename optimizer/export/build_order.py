"""In which order diverging sources are built: those first whose packages others of them need at run time.

Binary metadata does not say what a build needs. What is known is a part of it: a source whose packages need another
diverging source's packages, and cannot have the need met from upstream, comes after it. Sources that need each other
are one group. Groups are the strongly connected components, ranked by the longest chain below them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.export.answer_graph import answer_graph
from optimizer.export.exported import Exported, plain
from optimizer.export.words import checked_name
from optimizer.universe.instance import PackageOrigin, RequirementKind, holds

_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


@dataclass(frozen=True, slots=True)
class BuildOrder:
    """Groups of source names, each group after those before it; `circles` are the groups that need themselves.

    `stubs` are what nobody has packaged yet: there is nothing to build.
    """

    groups: tuple[tuple[str, ...], ...]
    circles: tuple[tuple[str, ...], ...]
    stubs: tuple[str, ...]


def build_order(exported: Exported, target: str) -> BuildOrder:
    """Return the order for the divergence list; raises CannotHoldError of a name that is not one of RPM's."""
    entries = exported.divergence.entries
    sources = {one.source for one in entries if one.origin == "downstream"}
    before = _before(exported, sources) if len(sources) > 1 else {name: set[str]() for name in sources}
    for name in sorted(sources):
        checked_name(target, name)
    parts = components(before)
    return BuildOrder(
        groups=ranked(parts, before),
        circles=tuple(part for part in parts if len(part) > 1),
        stubs=tuple(sorted(one.source.removeprefix("stub:") for one in entries if one.origin == "stub")),
    )


def header(exported: Exported, order: BuildOrder) -> list[str]:
    """Return what a script says of itself, in comments."""
    lines = [f"# {line}" for line in exported.header()]
    lines += [
        "# The order is from what the packages need of each other at run time: binary metadata does not say what a",
        "# build needs. Where a build needs more, put its source into a later group.",
    ]
    lines += [f"# They need each other, so one may have to be bootstrapped: {' '.join(one)}" for one in order.circles]
    lines += [f"# must be packaged first, nobody has: {plain(one)}" for one in order.stubs]
    for entry in exported.divergence.entries:
        if entry.origin == "downstream":
            lines.append(f"# {plain(entry.source)} {plain(entry.evr)}: {plain(entry.reason)}")
    return lines


def components(before: Mapping[str, set[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the strongly connected components of who comes before whom, each and all of them in order of name."""
    reach = {name: _reached(before, name) for name in before}
    found = {tuple(sorted({name} | {other for other in reach[name] if name in reach[other]})) for name in before}
    return tuple(sorted(found))


def ranked(parts: tuple[tuple[str, ...], ...], before: Mapping[str, set[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the members of components by the longest chain of components that must come before them."""
    home = {name: part for part in parts for name in part}
    rank: dict[tuple[str, ...], int] = {}
    waiting = list(parts)
    while waiting:
        ready = [part for part in waiting if _below(part, home, before) <= rank.keys()]
        for part in ready:
            rank[part] = 1 + max((rank[other] for other in _below(part, home, before)), default=-1)
        waiting = [part for part in waiting if part not in rank]
    last = max(rank.values(), default=-1)
    return tuple(
        tuple(sorted(name for part in parts if rank[part] == place for name in part)) for place in range(last + 1)
    )


def _below(
    part: tuple[str, ...], home: Mapping[str, tuple[str, ...]], before: Mapping[str, set[str]]
) -> set[tuple[str, ...]]:
    return {home[other] for name in part for other in before[name]} - {part}


def _reached(before: Mapping[str, set[str]], start: str) -> set[str]:
    reached, waiting = set[str](), [start]
    while waiting:
        fresh = before[waiting.pop()] - reached
        reached |= fresh
        waiting += sorted(fresh)
    return reached


def _before(exported: Exported, sources: set[str]) -> dict[str, set[str]]:
    """Return for each source those whose packages its own need: without them a requirement would not hold."""
    instance, chosen = exported.instance, answer_graph(exported).chosen
    held: dict[str, set[int]] = {name: set() for name in sorted(sources)}
    for index in sorted(chosen):
        package = instance.packages[index]
        if package.origin is PackageOrigin.DOWNSTREAM and package.source is not None:
            held.setdefault(instance.sources[package.source].name, set()).add(index)
    owner = {index: name for name, members in held.items() for index in members}
    before: dict[str, set[str]] = {name: set() for name in held}
    for requirement in instance.requirements:
        asker = owner.get(requirement.package)
        if asker is None or requirement.kind not in _HARD or not holds(requirement.formula, instance, chosen):
            continue
        for name, members in held.items():
            if name != asker and not holds(requirement.formula, instance, chosen - members):
                before[asker].add(name)
    return before
