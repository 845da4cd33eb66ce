"""Dominators: which nodes every path from a root to a node passes through.

Cooper, Harvey and Kennedy 2001, "A simple, fast dominance algorithm": the nearest common dominator of a node's
predecessors, in reverse postorder, until nothing changes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

_Node = TypeVar("_Node", bound=Hashable)


def immediate_dominators(root: _Node, edges: Mapping[_Node, Sequence[_Node]]) -> dict[_Node, _Node]:
    """Return the nearest node that every path from `root` to a node passes through, for each node it reaches.

    The root itself has none and is left out. `edges` says where each node leads; nodes without edges may be missing.
    """
    order = list(_postorder(root, edges))
    place = {node: number for number, node in enumerate(order)}
    before: dict[_Node, list[_Node]] = {}
    for node in reversed(order):
        for target in dict.fromkeys(edges.get(node, ())):
            before.setdefault(target, []).append(node)
    found = {root: root}

    def common(one: _Node, other: _Node) -> _Node:
        while one != other:
            while place[one] < place[other]:
                one = found[one]
            while place[other] < place[one]:
                other = found[other]
        return one

    changed = True
    while changed:
        changed = False
        for node in reversed(order[:-1]):
            nearest, *others = [known for known in before[node] if known in found]
            for other in others:
                nearest = common(nearest, other)
            if node not in found or found[node] != nearest:
                found[node] = nearest
                changed = True
    del found[root]
    return found


def _postorder(root: _Node, edges: Mapping[_Node, Sequence[_Node]]) -> Iterator[_Node]:
    """Yield each node after those it leads to; the root comes last."""
    seen = {root}
    path = [(root, iter(edges.get(root, ())))]
    while path:
        node, targets = path[-1]
        fresh = next((target for target in targets if target not in seen), None)
        if fresh is None:
            path.pop()
            yield node
        else:
            seen.add(fresh)
            path.append((fresh, iter(edges.get(fresh, ()))))
