"""Build order: held to every order there is on small graphs, and to its promises on large ones."""

from __future__ import annotations

from itertools import pairwise, permutations, product

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.build_order import EXACT_UP_TO, BuildOrder, Need, components, find_order

Graph = tuple[tuple[str, ...], frozenset[Need]]


@st.composite
def graphs(draw: st.DrawFn, at_most: int) -> Graph:
    """Nodes and the needs among them, self-needs included."""
    nodes = tuple("abcdefghijklmnopqrstuvwxyz"[: draw(st.integers(1, at_most))])
    return nodes, draw(st.frozensets(st.sampled_from(list(product(nodes, nodes))), max_size=4 * len(nodes)))


def fewest_broken(graph: Graph) -> int:
    """Return how many needs the best of all orders breaks."""
    nodes, needs = graph
    return min(sum(order.index(one) <= order.index(other) for one, other in needs) for order in permutations(nodes))


def kept_needs_come_earlier(order: BuildOrder, needs: frozenset[Need]) -> bool:
    stage = {source: number for number, sources in enumerate(order.stages) for source in sources}
    return all(stage[other] < stage[one] for one, other in needs - set(order.broken))


@given(graphs(at_most=5))
def test_no_order_breaks_fewer(graph: Graph) -> None:
    order = find_order(*graph)
    assert len(order.broken) == fewest_broken(graph)
    assert all(cycle.exact for cycle in order.cycles)


@given(graphs(at_most=26))
def test_every_source_has_a_stage_after_all_it_needs(graph: Graph) -> None:
    nodes, needs = graph
    order = find_order(nodes, needs)
    assert sorted(source for stage in order.stages for source in stage) == sorted(nodes)
    assert kept_needs_come_earlier(order, needs)
    assert set(order.broken) <= needs


@given(graphs(at_most=10))
def test_components_are_the_nodes_that_reach_one_another(graph: Graph) -> None:
    nodes, needs = graph
    reached = {(node, node) for node in nodes} | set(needs)
    for middle, one, other in product(nodes, nodes, nodes):
        if (one, middle) in reached and (middle, other) in reached:
            reached.add((one, other))
    expected = {tuple(b for b in nodes if {(a, b), (b, a)} <= reached) for a in nodes}
    found = components({node: {other for one, other in needs if one == node} for node in nodes})
    assert sorted(found) == sorted(expected)


@given(graphs(at_most=12))
def test_the_order_of_what_is_given_does_not_matter(graph: Graph) -> None:
    nodes, needs = graph
    assert find_order(nodes, sorted(needs)) == find_order(nodes[::-1], sorted(needs, reverse=True))


def test_a_ring_too_large_to_try_is_broken_once_and_not_called_exact() -> None:
    ring = [f"s{number:02}" for number in range(EXACT_UP_TO + 1)]
    needs = [(one, ring[number - 1]) for number, one in enumerate(ring)]
    (cycle,) = find_order(ring, needs).cycles
    assert len(cycle.broken) == 1
    assert not cycle.exact


def test_two_cycles_and_a_source_that_needs_itself() -> None:
    needs = [("a", "b"), ("b", "a"), ("c", "a"), ("d", "d"), ("e", "c")]
    order = find_order("abcde", needs)
    assert [cycle.sources for cycle in order.cycles] == [("a", "b"), ("d",)]
    assert order.broken == (("a", "b"), ("d", "d"))
    assert order.stages == (("a", "d"), ("b", "c"), ("e",))


def test_a_chain_longer_than_the_stack_of_python() -> None:
    chain = [f"s{number:05}" for number in range(5000)]
    order = find_order(chain, list(pairwise(chain)))
    assert len(order.stages) == 5000
    assert order.cycles == ()
