"""An answer's demands as a graph, from the features down to every package, and what follows from it.

A demand leads from who asks to those packages of the answer that help it to hold, to all of them where several do.
What no chain of demands leads to can go: the packages that stay are closed without it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from optimizer.explain.demand import Demand, Node, demands_of
from optimizer.explain.dominator import immediate_dominators
from optimizer.universe.instance import TRUE, Instance, holds

#: A step of a chain: a demand, and the package it leads to.
Link = tuple[Demand, int]


@dataclass(slots=True)
class DemandGraph:
    """The demands of an answer in the order of the Instance: by who asks, and by whom they lead to."""

    instance: Instance
    chosen: frozenset[int]
    asked_by: dict[Node, list[Demand]] = field(default_factory=dict)
    leading_to: dict[int, list[Demand]] = field(default_factory=dict)
    roots: list[Demand] = field(default_factory=list)
    _holders: dict[Node, Node | None] | None = None

    @classmethod
    def of(cls, instance: Instance, chosen: frozenset[int]) -> DemandGraph:
        """Return the graph of an answer; a package that nobody asks for is `kept`, the earlier manifest's first."""
        graph = cls(instance, chosen)
        graph._add(demands_of(instance, chosen))
        reached = graph._reach(giver for demand in graph.roots for giver in demand.givers)
        previous = set(instance.previous)
        for index in sorted(chosen, key=lambda held: (instance.packages[held].nevra not in previous, held)):
            if index not in reached:
                text = "the earlier manifest has it" if instance.packages[index].nevra in previous else ""
                graph._add([Demand(None, "kept", text, TRUE, (index,), None)])
                reached |= graph._reach((index,))
        return graph

    def standing(self, without: int) -> tuple[frozenset[int], tuple[Demand, ...]]:
        """Return what stays when a package goes and then, again and again, all that lacks something.

        Also the demands that fall, in the order in which they do. A weak demand keeps nobody from staying.
        """
        standing = self.chosen - {without}
        fallen: dict[Demand, None] = {}
        waiting = [without]
        while waiting:
            for demand in self.leading_to.get(waiting.pop(), ()):
                asker = demand.asker
                if not demand.hard or asker is None or holds(demand.formula, self.instance, standing):
                    continue
                fallen[demand] = None
                if asker.is_package and asker.index in standing:
                    standing -= {asker.index}
                    waiting.append(asker.index)
        return standing, tuple(fallen)

    def holders(self, package: int) -> tuple[Node, ...]:
        """Return who alone holds a package in place, the nearest first: its dominators.

        Every chain of demands that leads to the package passes through each of them.
        """
        found: list[Node] = []
        at = self.holder[_package(package)]
        while at is not None:
            found.append(at)
            at = self.holder[at]
        return tuple(found)

    def leaving(self, node: Node) -> tuple[int, ...]:
        """Return the packages that are in the answer through a node alone, itself included, ascending.

        Once it goes and the demands in `cut` with it, no demand of what stays leads to any of them. So what stays is
        closed, and the best answer without those demands saves at least as much.
        """
        below: dict[Node, list[Node]] = {}
        for held, holder in self.holder.items():
            if holder is not None:
                below.setdefault(holder, []).append(held)
        leaving = [node]
        for gone in leaving:
            leaving += below.get(gone, ())
        return tuple(sorted(gone.index for gone in leaving if gone.is_package))

    def cut(self, package: int) -> tuple[Demand, ...]:
        """Return the demands of what stays that must be given up for a package to go with all that leaves with it."""
        staying = self.chosen.difference(self.leaving(_package(package)))
        return tuple(
            demand
            for demand in self.leading_to[package]
            if demand.hard
            and not (demand.asker is not None and demand.asker.is_package and demand.asker.index not in staying)
            and not holds(demand.formula, self.instance, staying)
        )

    def chains(self, package: int) -> dict[int, tuple[Link, ...]]:
        """Return the best chain of demands to a package from each feature that leads to it, by the feature's index.

        Best is with the fewest weak demands, then the fewest steps, then demands that no other package meets, then
        the Instance's order.
        """
        distance = self._distances(package)
        features = sorted(node.index for node in distance if not node.is_package)
        return {index: tuple(self._chain(Node(False, index), package, distance)) for index in features}

    @property
    def holder(self) -> dict[Node, Node | None]:
        """The nearest of those who alone hold each node; None where nobody does."""
        if self._holders is None:
            edges: dict[Node | None, list[Node | None]] = {None: []}
            for demand in self.roots:
                edges[None] += [demand.asker] if demand.asker is not None else map(_package, demand.givers)
            for node, demands in self.asked_by.items():
                edges[node] = [_package(giver) for demand in demands for giver in demand.givers]
            found = immediate_dominators(None, edges)
            self._holders = {node: above for node, above in found.items() if node is not None}
        return self._holders

    def _add(self, demands: Iterable[Demand]) -> None:
        for demand in demands:
            if demand.asker is not None:
                self.asked_by.setdefault(demand.asker, []).append(demand)
            if demand.asker is None or not demand.asker.is_package:
                self.roots.append(demand)
            for giver in demand.givers:
                self.leading_to.setdefault(giver, []).append(demand)

    def _reach(self, start: Iterable[int]) -> set[int]:
        reached = set(start)
        waiting = sorted(reached)
        while waiting:
            for demand in self.asked_by.get(_package(waiting.pop()), ()):
                fresh = [giver for giver in demand.givers if giver not in reached]
                reached.update(fresh)
                waiting += fresh
        return reached

    def _distances(self, package: int) -> dict[Node, tuple[int, int]]:
        """Return the fewest weak demands, and with these the fewest steps, from each node that leads to a package."""
        distance: dict[Node, tuple[int, int]] = {}
        waiting = [(0, 0, _package(package))]
        while waiting:
            weak, steps, node = heapq.heappop(waiting)
            if node in distance:
                continue
            distance[node] = (weak, steps)
            for demand in self.leading_to.get(node.index, ()) if node.is_package else ():
                if demand.asker is not None and demand.asker not in distance:
                    heapq.heappush(waiting, (weak + (not demand.hard), steps + 1, demand.asker))
        return distance

    def _chain(self, start: Node, end: int, distance: dict[Node, tuple[int, int]]) -> Iterator[Link]:
        node = start
        while node != _package(end):
            weak, steps = distance[node]
            _, _, giver, demand = min(
                (len(demand.givers) > 1, order, giver, demand)
                for order, demand in enumerate(self.asked_by[node])
                for giver in demand.givers
                if distance.get(_package(giver)) == (weak - (not demand.hard), steps - 1)
            )
            yield demand, giver
            node = _package(giver)


def _package(index: int) -> Node:
    return Node(is_package=True, index=index)
