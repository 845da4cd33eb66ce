"""In which order sources can be built when some need others first: cycles found, broken, and what is left in stages.

A *need* is a pair (a, b): `a` can be built only when `b` has been. A set of needs without a cycle has an order; where
there is a cycle, some needs must be met otherwise at first (a bootstrap build, an older binary): those are *broken*,
as few as possible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from graphlib import TopologicalSorter

import msgspec

Need = tuple[str, str]
EXACT_UP_TO = 8


class Cycle(msgspec.Struct, frozen=True, kw_only=True):
    """Sources that all need one another, directly or not, or one that needs itself; `broken` leaves no cycle of them.

    `exact` says that no smaller set of needs would do; otherwise it is what a greedy order leaves.
    """

    sources: tuple[str, ...]
    broken: tuple[Need, ...]
    exact: bool


class BuildOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Stages of sources, each of which needs only earlier stages and what was broken."""

    stages: tuple[tuple[str, ...], ...]
    cycles: tuple[Cycle, ...]

    @property
    def broken(self) -> tuple[Need, ...]:
        """Every need that is broken, sorted."""
        return tuple(sorted(need for cycle in self.cycles for need in cycle.broken))


def find_order(sources: Collection[str], needs: Collection[Need]) -> BuildOrder:
    """Return the stages of the sources and their cycles, all sorted by name; `needs` speak of `sources` only."""
    after: dict[str, set[str]] = {source: set() for source in sorted(sources)}
    for one, other in needs:
        after[one].add(other)
    groups = [group for group in components(after) if len(group) > 1 or group[0] in after[group[0]]]
    cycles = tuple(_break(group, after) for group in sorted(groups))
    broken = {need for cycle in cycles for need in cycle.broken}
    left = {one: {other for other in others if (one, other) not in broken} for one, others in after.items()}
    return BuildOrder(stages=_stages(left), cycles=cycles)


def components(after: Mapping[str, Set[str]]) -> list[tuple[str, ...]]:
    """Return the strongly connected components of a graph, each sorted.

    Kosaraju's algorithm: nodes by the time their search ends, then the reversed graph searched from the last back;
    with stacks of its own, since a chain of needs can be longer than Python's.
    """
    before: dict[str, set[str]] = {node: set() for node in after}
    for node, others in after.items():
        for other in others:
            before[other].add(node)
    finished: list[str] = []
    seen: set[str] = set()
    for node in after:
        finished += _search(node, after, seen)
    assigned: set[str] = set()
    found = (_search(node, before, assigned) for node in reversed(finished))
    return [tuple(sorted(group)) for group in found if group]


def _search(start: str, edges: Mapping[str, Set[str]], seen: set[str]) -> list[str]:
    """Return the unseen nodes that can be reached, in the order in which a depth-first search leaves them."""
    if start in seen:
        return []
    seen.add(start)
    left: list[str] = []
    stack = [(start, iter(sorted(edges[start])))]
    while stack:
        node, others = stack[-1]
        other = next((each for each in others if each not in seen), None)
        if other is None:
            left.append(node)
            stack.pop()
        else:
            seen.add(other)
            stack.append((other, iter(sorted(edges[other]))))
    return left


def _break(group: tuple[str, ...], after: Mapping[str, Set[str]]) -> Cycle:
    inside = {node: after[node] & set(group) for node in group}
    exact = len(group) <= EXACT_UP_TO
    order = _best_order(inside) if exact else _greedy_order(inside)
    place = {node: position for position, node in enumerate(order)}
    broken = [(one, other) for one in group for other in inside[one] if place[other] >= place[one]]
    return Cycle(sources=group, broken=tuple(sorted(broken)), exact=exact)


def _best_order(after: Mapping[str, Set[str]]) -> tuple[str, ...]:
    """Return the order that breaks fewest needs, the first by name among equals: every set of nodes is extended.

    What the next node breaks depends on which nodes come before it, not on their order; so the best order of each
    set of nodes is enough, 2**n of them instead of n!.
    """
    nodes = sorted(after)
    best: dict[frozenset[str], tuple[int, tuple[str, ...]]] = {frozenset(): (0, ())}
    for _ in nodes:
        longer: dict[frozenset[str], tuple[int, tuple[str, ...]]] = {}
        for placed, (cost, order) in best.items():
            for node in nodes:
                if node in placed:
                    continue
                offered = (cost + len(after[node] - placed), (*order, node))
                held = longer.get(placed | {node})
                if held is None or offered < held:
                    longer[placed | {node}] = offered
        best = longer
    ((_, order),) = best.values()
    return order


def _greedy_order(after: Mapping[str, Set[str]]) -> tuple[str, ...]:
    """Return an order that breaks few needs: next comes the node that waits for fewest others and helps most.

    After Eades, Lin and Smyth, "A fast and effective heuristic for the feedback arc set problem" (1993).
    """
    left = {node: set(others) - {node} for node, others in after.items()}
    front: list[str] = []
    back: list[str] = []
    while left:
        wanted = {node: sum(node in others for others in left.values()) for node in left}
        free = next((node for node in sorted(left) if not left[node]), None)
        unwanted = next((node for node in sorted(left) if not wanted[node]), None)
        if free is not None:
            node = free
            front.append(node)
        elif unwanted is not None:
            node = unwanted
            back.append(node)
        else:
            node = min(left, key=lambda each: (len(left[each]) - wanted[each], each))
            front.append(node)
        del left[node]
        for others in left.values():
            others.discard(node)
    return (*front, *reversed(back))


def _stages(after: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    sorter = TopologicalSorter(after)
    sorter.prepare()
    stages = []
    while sorter.is_active():
        ready = sorter.get_ready()
        stages.append(tuple(sorted(ready)))
        sorter.done(*ready)
    return tuple(stages)
