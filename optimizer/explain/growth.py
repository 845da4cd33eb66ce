"""Why a package set grew: what came or grew, laid to the outermost new package or feature that alone brings it.

On the requirements that the new manifest tells (`required_by`): a package is *brought* by what every chain from a
feature to it passes through (its dominators); of those that are new, the one nearest to the features is the cause.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

import msgspec

from optimizer.answer.difference import Difference, Row
from optimizer.answer.side import Side
from optimizer.explain.dominator import immediate_dominators

FEATURE = "feature: "
_ROOT = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A node of a chain and what it is: `feature`, `new feature`, `added`, `changed` or `unchanged`."""

    name: str
    state: str


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """What brings a part of the growth: the chain to it from a feature, itself last, and the packages it brings.

    `bytes` are what these add, `unknown` of them without a known size; `packages` are by name, the largest first;
    `also` are the other features that lead to the cause.
    Without requirements to follow the chain holds the package alone.
    """

    chain: tuple[Step, ...]
    bytes: int
    unknown: int
    packages: tuple[str, ...]
    also: tuple[str, ...] = ()


def causes_of_growth(difference: Difference, before: Side, after: Side) -> tuple[Cause, ...]:
    """Return what the packages that came, and those that grew, are to be laid to; the most bytes first."""
    grown = [*difference.added, *(row for row in difference.changed if row.bytes is None or row.bytes > 0)]
    states = {row.name: "changed" for row in difference.changed} | {row.name: "added" for row in difference.added}
    edges = _edges(after)
    earlier = {asker for askers in (before.required_by or {}).values() for asker in askers}
    for node in edges.get(_ROOT, ()):
        new = before.required_by is not None and node.startswith(FEATURE) and node not in earlier
        states.setdefault(node, ("new feature" if new else "feature") if node.startswith(FEATURE) else "unchanged")
    holders = immediate_dominators(_ROOT, edges)
    laid: dict[str, list[Row]] = defaultdict(list)
    for row in grown:
        laid[_cause(row, holders, states)].append(row)
    shortest, features = _shortest(edges), features_of(after)
    chains = {node: _chain(node, shortest) for node in laid}
    causes = [
        Cause(
            chain=tuple(Step(name=name, state=states.get(name, "unchanged")) for name in chains[node]),
            bytes=sum(row.bytes or 0 for row in rows),
            unknown=sum(row.bytes is None for row in rows),
            packages=tuple(row.name for row in rows),
            also=tuple(name for name in features.get(node, ()) if FEATURE + name != chains[node][0]),
        )
        for node, rows in laid.items()
    ]
    return tuple(sorted(causes, key=lambda cause: (-cause.bytes, -len(cause.packages), cause.chain[-1].name)))


def features_of(after: Side) -> dict[str, tuple[str, ...]]:
    """Return the features that lead to each package, by its name; nothing of a list that tells no requirements."""
    edges = _edges(after)
    found: dict[str, set[str]] = defaultdict(set)
    for feature in (node for node in edges.get(_ROOT, ()) if node.startswith(FEATURE)):
        waiting, seen = [feature], {feature}
        while waiting:
            for target in edges.get(waiting.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        for name in seen - {feature}:
            found[name].add(feature.removeprefix(FEATURE))
    return {name: tuple(sorted(features)) for name, features in sorted(found.items())}


def _edges(side: Side) -> dict[str, list[str]]:
    """Return who leads to whom: the root to features and to what nobody asks for, a requirer to the required."""
    edges: dict[str, list[str]] = defaultdict(list)
    for name, askers in sorted((side.required_by or {}).items()):
        for asker in askers:
            edges[asker].append(name)
        if not set(askers) - {name}:
            edges[_ROOT].append(name)
    edges[_ROOT] += sorted(asker for asker in edges if asker.startswith(FEATURE))
    lost = sorted({*(side.required_by or {})} - _reached(edges))
    edges[_ROOT] += lost  # packages that only ask for each other: recommended ones, say
    return dict(edges)


def _reached(edges: Mapping[str, Sequence[str]]) -> set[str]:
    return set(_shortest(edges))


def _cause(row: Row, holders: Mapping[str, str], states: Mapping[str, str]) -> str:
    """Return the new node nearest to the features of those that alone bring a package; of one that grew, itself."""
    cause = node = row.name
    while row.before is None and node in holders and node != _ROOT:
        if states.get(node) in ("added", "new feature"):
            cause = node
        node = holders[node]
    return cause


def _shortest(edges: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return for each node the one before it on a shortest chain from the root, the first by name of several."""
    before: dict[str, str] = {}
    waiting = deque([_ROOT])
    while waiting:
        node = waiting.popleft()
        for target in sorted(edges.get(node, ())):
            if target not in before and target != _ROOT:
                before[target] = node
                waiting.append(target)
    return before


def _chain(node: str, shortest: Mapping[str, str]) -> list[str]:
    chain = [node]
    while shortest.get(chain[-1], _ROOT) != _ROOT:
        chain.append(shortest[chain[-1]])
    return chain[::-1]
