"""The single edges whose cut is best, one after the other: each is solved for, and none is overlooked.

Edges that look promising are solved for first, each with nothing else changed. Then one minimisation over all other
edges says what the best of them comes to: what is below that is told, and its edge is solved for next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heappop, heappush, nsmallest

from optimizer.explain.dominator import immediate_dominators
from optimizer.explain.edge import EdgeTable
from optimizer.model.cuts import Cuts
from optimizer.universe.instance import Formula, Instance, formula_capabilities

#: As many promising edges are solved for at a time, and as many are to be told before the next.
_BATCH = 16

#: What a cut comes to: the measured objective, then the others, as sums to be minimised.
Worth = tuple[int, ...]


def ranked_singles(
    cuts: Cuts, promising: Iterable[int], worth: Callable[[int], Worth], today: int
) -> Iterator[tuple[int, int]]:
    """Yield each edge whose cut brings the measured objective below today's value, and that value; the best first.

    `promising` are places of edges, those likely to be best first; which there are changes nothing but the time.
    Among equals the later objectives decide, then the edges' own order. Raises TimeoutError.
    """
    waiting = iter(promising)
    found: list[tuple[Worth, int]] = []
    known: set[int] = set()
    proven = 0  # no edge that is not known comes to less

    def solve(place: int) -> None:
        known.add(place)
        told = worth(place)
        if told[0] < today:
            heappush(found, (told, place))

    while True:
        while found and found[0][0][0] < proven:
            told, place = heappop(found)
            yield place, told[0]
        if proven >= today:
            return
        for place in waiting if len(found) < _BATCH else ():
            if place not in known:
                solve(place)
            if len(known) % _BATCH == 0:
                break
        best = nsmallest(_BATCH, found)
        most = best[-1][0][0] if len(best) == _BATCH else today - 1
        lowest = cuts.lowest(most + 1, at_least=proven, barred=sorted(known))
        if lowest is None:
            proven = most + 1
        else:
            proven = lowest.value
            solve(*lowest.levers)


def promising_edges(
    instance: Instance, table: EdgeTable, chosen: frozenset[int], weight: Mapping[int, int]
) -> list[int]:
    """Return the edges of an answer's packages by the weight of what they alone hold in it, the heaviest first.

    `weight` is by package. That the rest would stay as it is, is no more than likely.
    """
    root = len(instance.packages)
    edges: dict[int, list[int]] = {root: []}
    place_of = {requirement: place for place, lever in enumerate(table.levers) for requirement in lever}
    for feature in instance.features:
        edges[root] += _givers(instance, feature.formula, chosen)
    for index, requirement in enumerate(instance.requirements):
        if requirement.package in chosen:
            givers = _givers(instance, requirement.formula, chosen)
            if index in place_of:
                edges.setdefault(requirement.package, []).append(~place_of[index])
                edges.setdefault(~place_of[index], []).extend(givers)
            else:
                edges.setdefault(requirement.package, []).extend(givers)
    holders = immediate_dominators(root, edges)
    held = {node: weight.get(node, 0) for node in holders}
    for node in reversed(list(holders)):  # each comes after what holds it
        if holders[node] != root:
            held[holders[node]] += held[node]
    places = [~node for node in held if node < 0 and held[node] > 0]
    return sorted(places, key=lambda place: (-held[~place], place))


def _givers(instance: Instance, formula: Formula, chosen: frozenset[int]) -> list[int]:
    """Return the chosen packages that a formula speaks of."""
    return [
        package
        for capability in formula_capabilities(formula)
        for package in instance.capabilities[capability].providers
        if package in chosen
    ]
