"""Components and reach of small graphs, against their definitions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.graph import reached, strong_components

GRAPHS = st.integers(1, 7).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, size - 1), max_size=size, unique=True), min_size=size, max_size=size
    ).map(lambda held: dict(enumerate(held)))
)


@given(GRAPHS)
def test_components_are_those_that_reach_each_other(graph: dict[int, list[int]]) -> None:
    beyond = {node: reached(graph, [node]) for node in graph}
    expected = {
        tuple(sorted(other for other in graph if other in beyond[one] and one in beyond[other])) for one in graph
    }
    found = strong_components(graph)
    assert set(found) == expected
    assert sorted(node for component in found for node in component) == sorted(graph)


def test_a_long_chain_needs_no_recursion() -> None:
    chain = {node: [node + 1] for node in range(20_000)} | {20_000: [0]}
    assert strong_components(chain) == [tuple(range(20_001))]
    assert len(reached({**chain, 20_000: []}, [10_000])) == 10_001
