"""Directed graphs as mappings from a node to those it leads to: strongly connected components, what is reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

Graph = Mapping[int, Sequence[int]]


def reached(graph: Graph, starts: Iterable[int]) -> set[int]:
    """Return the nodes that can be reached from `starts`, these included."""
    found = set(starts)
    queue = list(found)
    while queue:
        for node in graph[queue.pop()]:
            if node not in found:
                found.add(node)
                queue.append(node)
    return found


def strong_components(graph: Graph) -> list[tuple[int, ...]]:
    """Return the strongly connected components, each ascending (R. Tarjan 1972, without recursion)."""
    number: dict[int, int] = {}
    lowest: dict[int, int] = {}
    waiting: list[int] = []
    settled: set[int] = set()
    components: list[tuple[int, ...]] = []
    path: list[tuple[int, Iterator[int]]] = []

    def enter(node: int) -> None:
        number[node] = lowest[node] = len(number)
        waiting.append(node)
        path.append((node, iter(graph[node])))

    for root in graph:
        if root not in number:
            enter(root)
        while path:
            node, others = path[-1]
            for other in others:
                if other not in number:
                    enter(other)
                    break
                if other not in settled:
                    lowest[node] = min(lowest[node], number[other])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == number[node]:
                    component = [waiting.pop()]
                    while component[-1] != node:
                        component.append(waiting.pop())
                    settled.update(component)
                    components.append(tuple(sorted(component)))
    return components
