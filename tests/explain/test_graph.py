"""The graph of demands against trying every part of an answer, and against solves that lift what it says to cut."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

from hypothesis import assume, given, settings

from optimizer.explain.answered import Answered
from optimizer.explain.demand import Node
from optimizer.explain.graph import DemandGraph
from optimizer.explain.why import features_needing
from optimizer.model.build import Guard
from optimizer.model.question import Question
from optimizer.model.solve import Engine
from optimizer.universe.instance import Instance, LimitKind, RequirementKind, holds
from tests.model.making import make, names
from tests.model.test_solve import consistent_instances

_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


def _node(index: int) -> Node:
    return Node(is_package=True, index=index)


def _answer(instance: Instance) -> Answered:
    solution = Engine.of(instance).solve()
    assume(solution.solved)
    return Answered(instance, solution)


def _broken(instance: Instance, chosen: frozenset[int]) -> Iterator[Guard]:
    """Every rule of packages and of the problem that a set of packages breaks, as its guard."""
    for index, requirement in enumerate(instance.requirements):
        hard = requirement.package in chosen and requirement.kind in _HARD
        if hard and not holds(requirement.formula, instance, chosen):
            yield "requirement", index
    for index, exclusion in enumerate(instance.exclusions):
        if exclusion.package in chosen and holds(exclusion.formula, instance, chosen):
            yield "exclusion", index
    for index, forbidden in enumerate(instance.forbidden):
        if holds(forbidden.formula, instance, chosen):
            yield "forbidden", index
    for index, feature in enumerate(instance.features):
        if feature.required and not holds(feature.formula, instance, chosen):
            yield "feature", index


def _closed_parts(instance: Instance, among: frozenset[int]) -> Iterator[frozenset[int]]:
    ordered = sorted(among)
    for part in chain.from_iterable(combinations(ordered, size) for size in range(len(ordered) + 1)):
        if not any(kind in ("requirement", "exclusion") for kind, _ in _broken(instance, frozenset(part))):
            yield frozenset(part)


@settings(max_examples=100, deadline=None)
@given(consistent_instances())
def test_a_feature_needs_a_package_where_no_part_without_it_has_the_feature(instance: Instance) -> None:
    answered = _answer(instance)
    graph = DemandGraph.of(instance, answered.chosen)
    for package in answered.chosen:
        parts = list(_closed_parts(instance, answered.chosen - {package}))
        expected = {
            index
            for index, feature in enumerate(instance.features)
            if holds(feature.formula, instance, answered.chosen)
            and not any(holds(feature.formula, instance, part) for part in parts)
        }
        assert features_needing(answered, graph, package) == expected


@settings(max_examples=100, deadline=None)
@given(consistent_instances())
def test_what_stays_is_closed_but_for_what_is_cut(instance: Instance) -> None:
    answered = _answer(instance)
    graph = DemandGraph.of(instance, answered.chosen)
    for package in answered.chosen:
        leaving = frozenset(graph.leaving(_node(package)))
        assert package in leaving <= answered.chosen
        broken = set(_broken(instance, answered.chosen - leaving))
        assert broken <= {demand.guard for demand in graph.cut(package)}
        cut = {demand.guard for demand in graph.cut(package) if not demand.conditional}
        features = {index for kind, index in filter(None, cut) if kind == "feature"}
        optional = {("feature", index) for index in features if not instance.features[index].required}
        assert cut - optional - {None} <= broken


@settings(max_examples=40, deadline=None)
@given(consistent_instances())
def test_a_solve_without_what_is_cut_saves_at_least_what_leaves(instance: Instance) -> None:
    answered = _answer(instance)
    graph = DemandGraph.of(instance, answered.chosen)
    unknown = instance.unknown_bytes or 0

    def size(packages: frozenset[int]) -> int:
        held = [instance.packages[index].installed_bytes for index in packages]
        return sum(unknown if one is None else one for one in held)

    guards = answered.explainer.model.guards
    for package in answered.chosen:
        cut = frozenset(demand.guard for demand in graph.cut(package) if demand.guard in guards)
        question = Question(lifted=cut, without_packages=frozenset({package}))
        least, proven = answered.explainer.least(question, LimitKind.INSTALLED_SIZE)
        assert proven
        assert least is not None
        assert least <= size(answered.chosen) - size(frozenset(graph.leaving(_node(package))))


@settings(max_examples=80, deadline=None)
@given(consistent_instances())
def test_holders_and_what_leaves_are_one_relation_by_removal(instance: Instance) -> None:
    answered = _answer(instance)
    graph = DemandGraph.of(instance, answered.chosen)
    nodes = [*map(_node, answered.chosen), *(node for node in graph.asked_by if not node.is_package)]

    def reached(without: Node) -> set[int]:
        found: set[int] = set()
        waiting = [demand for demand in graph.roots if demand.asker != without]
        while waiting:
            for giver in waiting.pop().givers:
                if giver not in found and _node(giver) != without:
                    found.add(giver)
                    waiting += graph.asked_by.get(_node(giver), ())
        return found

    for node in nodes:
        gone = answered.chosen - reached(node)
        assert set(graph.leaving(node)) == gone
        for package in answered.chosen:
            assert (node in graph.holders(package)) is (package in gone and _node(package) != node)


@settings(max_examples=80, deadline=None)
@given(consistent_instances())
def test_chains_hang_together_and_none_is_better(instance: Instance) -> None:
    answered = _answer(instance)
    graph = DemandGraph.of(instance, answered.chosen)
    best: dict[Node, dict[int, tuple[int, int]]] = {}
    for node in graph.asked_by:  # Bellman and Ford, from each node
        costs = best[node] = {}
        at: dict[Node, tuple[int, int]] = {node: (0, 0)}
        for _ in range(len(graph.asked_by) + 1):
            for known, (weak, steps) in list(at.items()):
                for demand in graph.asked_by.get(known, ()):
                    for giver in demand.givers:
                        cost = (weak + (not demand.hard), steps + 1)
                        if cost < at.get(_node(giver), (99, 99)):
                            at[_node(giver)] = costs[giver] = cost
    for package in answered.chosen:
        chains = graph.chains(package)
        features = {node.index for node in best if not node.is_package and package in best[node]}
        assert set(chains) == features
        for feature, links in chains.items():
            askers = [Node(is_package=False, index=feature), *(_node(giver) for _, giver in links)]
            assert [demand.asker for demand, _ in links] == askers[:-1]
            assert askers[-1] == _node(package)
            assert all(giver in demand.givers for demand, giver in links)
            cost = (sum(not demand.hard for demand, _ in links), len(links))
            assert cost == best[askers[0]][package]


def _graph(instance: Instance) -> tuple[Answered, DemandGraph]:
    answered = Answered(instance, Engine.of(instance).solve())
    return answered, DemandGraph.of(instance, answered.chosen)


def test_two_that_do_hold_nobody_alone() -> None:
    instance = make(
        "abcd",
        requires=[("a", ("any", "c", "d")), ("b", "c"), ("b", "d")],
        required=["a", "b"],
    )
    answered, graph = _graph(instance)
    assert names(instance, answered.chosen) == "abcd"
    assert names(instance, graph.leaving(_node(1))) == "b"
    assert features_needing(answered, graph, 2) == {1}


def test_a_condition_that_would_go_too_is_settled_by_a_solve() -> None:
    instance = make(
        "abc",
        requires=[("a", ("any", "b", ("not", "c"))), ("b", "c")],
        required=["a"],
        optional=[("c", 1)],
        objectives=["features"],
    )
    answered, graph = _graph(instance)
    assert names(instance, answered.chosen) == "abc"
    assert [demand.conditional for demand in graph.standing(1)[1]] == [True, False]
    assert features_needing(answered, graph, 1) == set()


def test_what_keeps_a_rich_conflict_from_striking_is_asked_for() -> None:
    instance = make("abc", conflicts=[("a", ("all", "b", ("not", "c")))], required=["a", "b", ("all", "a", "b")])
    answered, graph = _graph(instance)
    assert names(instance, answered.chosen) == "abc"
    assert [demand.kind for demand in graph.leading_to[2]] == ["conflicts"]
    assert features_needing(answered, graph, 2) == {2}


def test_a_package_of_the_earlier_manifest_is_kept_without_a_feature() -> None:
    instance = make("ab", required=["a"], objectives=["changes"], previous=("b-1-1.noarch",))
    answered, graph = _graph(instance)
    assert names(instance, answered.chosen) == "ab"
    assert [(demand.kind, demand.text) for demand in graph.leading_to[1]] == [("kept", "the earlier manifest has it")]
    assert graph.chains(1) == {}


def test_a_rich_forbidden_dependency_can_be_what_keeps_a_package() -> None:
    instance = make("ab", required=["a"], forbidden=[("all", "a", ("not", "b"))])
    answered, graph = _graph(instance)
    assert names(instance, answered.chosen) == "ab"
    assert [(demand.asker, demand.kind) for demand in graph.leading_to[1]] == [(None, "forbidden")]
    assert [demand.guard for demand in graph.cut(1)] == [("forbidden", 0)]
