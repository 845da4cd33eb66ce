"""Dominators against their definition: what cannot be reached without a node, it dominates."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.explain.dominator import immediate_dominators

_GRAPHS = st.integers(1, 9).flatmap(
    lambda count: st.dictionaries(
        st.integers(0, count - 1), st.lists(st.integers(1, max(count - 1, 1)), max_size=4), max_size=count
    )
)


def _reached(edges: dict[int, list[int]], without: int | None = None) -> set[int]:
    seen, waiting = {0}, [0]
    while waiting:
        for target in edges.get(waiting.pop(), ()):
            if target not in seen and target != without:
                seen.add(target)
                waiting.append(target)
    return seen


@settings(max_examples=400, deadline=None)
@given(_GRAPHS)
def test_removing_a_dominator_and_nothing_else_cuts_a_node_off(edges: dict[int, list[int]]) -> None:
    found = immediate_dominators(0, edges)
    reached = _reached(edges)
    assert set(found) == reached - {0}
    for node in found:
        above, chain = found[node], []
        while above != 0:
            chain.append(above)
            above = found[above]
        assert set(chain) == {other for other in reached - {0, node} if node not in _reached(edges, other)}
        assert all(node not in _reached(edges, held) for held in chain[:1])


def test_a_long_chain_is_no_deep_recursion() -> None:
    found = immediate_dominators(0, {place: [place + 1] for place in range(5000)})
    assert found[5000] == 4999
