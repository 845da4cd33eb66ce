"""Who needs whom in an answer, between packages that are in the manifest: virtual packages are lines, not points.

The demands are those that `pkgset explain why` goes by, so that no two graphs of one answer drift apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.export.exported import Exported

if TYPE_CHECKING:
    from optimizer.explain.graph import DemandGraph


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """`giver` meets what `asker` depends on, both places in the manifest; `texts` are the dependencies as spelt.

    Where several packages meet one dependency there is an edge to each. Weak ones are not `hard`.
    """

    asker: int
    giver: int
    texts: tuple[str, ...]
    hard: bool = True


@dataclass(frozen=True, slots=True)
class AnswerGraph:
    """The edges of an answer, ascending; `roots` are what features ask for, and what is kept for no other package.

    `chosen` are the answer's packages in the Instance, virtual ones included; `places` tells, of those of them that
    are in the manifest, where.
    """

    chosen: frozenset[int]
    places: dict[int, int]
    roots: tuple[int, ...]
    edges: tuple[Edge, ...]

    def needed(self, asker: int) -> tuple[int, ...]:
        """Return the places of what a package needs or has for a weak dependency, ascending, each once."""
        return tuple(sorted({edge.giver for edge in self.edges if edge.asker == asker}))


def answer_graph(exported: Exported) -> AnswerGraph:
    """Return the graph of an answer; raises UnknownPackagesError where it is not one to the question."""
    from optimizer.answer.stored import StoredResult, identity, solution_of
    from optimizer.explain.graph import DemandGraph

    instance = exported.instance
    stored = StoredResult(Path(), exported.manifest, exported.divergence, exported.record)
    chosen = frozenset(solution_of(stored, instance).packages)
    where = {identity(package): place for place, package in enumerate(exported.manifest.packages)}
    named = ((index, (instance.packages[index].nevra, instance.packages[index].repository)) for index in chosen)
    places = {index: where[name] for index, name in named if name in where}
    graph = DemandGraph.of(instance, chosen)
    starts = _real(graph, places, (giver for demand in graph.roots for giver in demand.givers))
    return AnswerGraph(chosen, places, tuple(sorted(places[index] for index in starts)), _edges(graph, places))


def _edges(graph: DemandGraph, places: dict[int, int]) -> tuple[Edge, ...]:
    texts: dict[tuple[int, int], set[str]] = {}
    firm: set[tuple[int, int]] = set()
    for node, demands in graph.asked_by.items():
        if not node.is_package or node.index not in places:
            continue
        for demand in demands:
            for giver in _real(graph, places, demand.givers) - {node.index}:
                pair = places[node.index], places[giver]
                texts.setdefault(pair, set()).add(demand.text)
                firm.update((pair,) if demand.hard else ())
    return tuple(sorted(Edge(*pair, tuple(sorted(said)), pair in firm) for pair, said in texts.items()))


def _real(graph: DemandGraph, places: dict[int, int], givers: Iterable[int]) -> set[int]:
    """Return packages of the manifest; a virtual one stands for what it leads to."""

    from optimizer.explain.demand import Node

    def walk() -> Iterator[int]:
        waiting, seen = list(givers), set[int]()
        while waiting:
            index = waiting.pop()
            if index in seen:
                continue
            seen.add(index)
            if index in places:
                yield index
                continue
            asked = graph.asked_by.get(Node(is_package=True, index=index), ())
            waiting += [giver for demand in asked for giver in demand.givers]

    return set(walk())
