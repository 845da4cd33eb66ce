"""Levers against brute force: every single edge, every pair, every set; and real answers, each cut solved again."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.explain import singles
from optimizer.explain.answered import Answered
from optimizer.explain.edge import EdgeTable, idle_edges
from optimizer.explain.leverage import without_requirements
from optimizer.explain.levers import BYTES, DIVERGENCE, best_edges, best_pairs, release
from optimizer.inquiry import open_answer, open_instance
from optimizer.model.question import Question
from optimizer.model.solve import Engine, stage_order
from optimizer.pipeline import Settings
from optimizer.problem.dependency import dependency_name
from optimizer.problem.problem import ObjectiveKind
from optimizer.problem.supposition import Cut
from optimizer.report.levers import levers_text, release_text
from optimizer.universe.instance import Instance, PackageOrigin
from tests.model.making import make, package
from tests.model.test_solve import brute_force, limited_instances
from tests.requirements import PROJECT_ROOT

SOME = settings(max_examples=60, deadline=None)
LETTERS = "abcdef"


@st.composite
def plain_instances(draw: st.DrawFn) -> Instance:
    """Draw an Instance in which a few packages ask for a few capabilities, most of which have one provider."""
    letters = st.sampled_from(LETTERS)
    shared = {name: "".join(draw(st.sets(letters, min_size=1, max_size=2).map(sorted))) for name in "XY"}
    needs = st.tuples(letters, st.sampled_from([*LETTERS, *shared]))
    packages = [
        package(
            letter,
            installed_bytes=draw(st.integers(0, 9)),
            origin=draw(st.sampled_from([PackageOrigin.UPSTREAM, PackageOrigin.DOWNSTREAM])),
        )
        for letter in LETTERS
    ]
    return make(
        packages,
        provides=shared,
        requires=draw(st.lists(needs, max_size=8, unique=True)),
        recommends=draw(st.lists(needs, max_size=2)),
        conflicts=draw(st.lists(needs, max_size=1)),
        required=draw(st.lists(st.sampled_from([*LETTERS, *shared]), min_size=1, max_size=2)),
        objectives=draw(st.permutations(["divergence", "installed_size", "packages"])),
        follow_weak=draw(st.booleans()),
    )


def named_instances() -> st.SearchStrategy[Instance]:
    """Draw Instances of every rule, their requirements under a few names."""
    return limited_instances().map(_named)


def _named(instance: Instance) -> Instance:
    requirements = [
        msgspec.structs.replace(one, text=f"r{index % 4}") for index, one in enumerate(instance.requirements)
    ]
    return msgspec.structs.replace(instance, requirements=tuple(requirements))


def answered(instance: Instance) -> Answered:
    return Answered(instance, Engine.of(instance).solve())


class Oracle:
    """What cuts save, by trying every set of packages; `only` those of edges that one of these packages has."""

    def __init__(self, instance: Instance, measured: ObjectiveKind, only: frozenset[int] | None = None) -> None:
        stages = stage_order(instance)
        if measured not in stages:
            stages = (*stages, measured)
        self.instance = msgspec.structs.replace(instance, objectives=stages)
        self.place = stages.index(measured)
        solution = Engine.of(self.instance).solve()
        self.unmet = frozenset(solution.unmet)
        self.table = EdgeTable.of(instance, weak=ObjectiveKind.WEAK in stages)
        if only is not None:
            asking = [{instance.requirements[index].package for index in lever} for lever in self.table.levers]
            self.table = self.table.without(place for place, who in enumerate(asking) if not who & only)
        today = brute_force(self.instance)
        assert today is not None
        self.today = today

    def then(self, places: tuple[int, ...]) -> tuple[tuple[int, ...], list[int]]:
        """All stages after a cut, and by how much each one above the measured one is worse than today."""
        lever = tuple(index for place in places for index in self.table.levers[place])
        then = brute_force(without_requirements(self.instance, lever))
        assert then is not None
        worse = []
        for kind, value, new in zip(self.instance.objectives[: self.place], self.today, then, strict=False):
            allowed = value - (len(self.unmet.intersection(lever)) if kind is ObjectiveKind.WEAK else 0)
            worse.append(allowed - new if kind is ObjectiveKind.FEATURES else new - allowed)
        return then, worse

    def saving(self, places: tuple[int, ...]) -> int:
        then, worse = self.then(places)
        return 0 if max(worse, default=0) > 0 else max(0, self.today[self.place] - then[self.place])

    def singles(self) -> list[int]:
        return sorted((s for i in range(len(self.table.levers)) if (s := self.saving((i,)))), reverse=True)

    def pairs(self) -> list[int]:
        places = [place for place in range(len(self.table.levers)) if min(self.then((place,))[1], default=0) >= 0]
        alone = {place: self.saving((place,)) for place in places}
        beyond = [self.saving(pair) - alone[pair[0]] - alone[pair[1]] for pair in combinations(places, 2)]
        return sorted((amount for amount in beyond if amount > 0), reverse=True)


@SOME
@given(
    st.one_of(plain_instances(), named_instances()),
    st.sampled_from([BYTES, DIVERGENCE]),
    st.integers(1, 4),
    st.booleans(),
    st.sampled_from([1, 2, 16]),
)
def test_no_single_edge_saves_more_than_those_told(
    instance: Instance, measured: ObjectiveKind, most: int, in_answer: bool, batch: int
) -> None:
    asked = answered(instance)
    assume(asked.solution.solved)
    oracle = Oracle(instance, measured, asked.chosen if in_answer else None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(singles, "_BATCH", batch)
        found = best_edges(asked, measured, most, in_answer=in_answer)
    assert found.edges == len(oracle.table.levers)
    assert [row.saved for row in found.rows] == oracle.singles()[:most]
    for row in found.rows:
        place = oracle.table.names.index((row.edges[0].package, row.edges[0].dependency))
        assert row.saved == oracle.saving((place,))
    assert found.whole or len(found.rows) == most
    assert not found.whole or len(oracle.singles()) <= most


@SOME
@given(
    st.one_of(plain_instances(), plain_instances(), named_instances()),
    st.sampled_from([BYTES, DIVERGENCE]),
    st.booleans(),
)
def test_no_pair_saves_more_beyond_its_parts_than_those_told(
    instance: Instance, measured: ObjectiveKind, in_answer: bool
) -> None:
    asked = answered(instance)
    assume(asked.solution.solved)
    oracle = Oracle(instance, measured, asked.chosen if in_answer else None)
    assume(oracle.table.levers)
    found = best_pairs(asked, measured, 3, in_answer=in_answer)
    assert [row.together for row in found.rows] == oracle.pairs()[:3]
    for row in found.rows:
        places = tuple(oracle.table.names.index((edge.package, edge.dependency)) for edge in row.edges)
        assert (row.saved, row.alone) == (oracle.saving(places), tuple(oracle.saving((one,)) for one in places))


@SOME
@given(plain_instances())
def test_an_idle_edge_adds_nothing_to_a_cut(instance: Instance) -> None:
    """The claim that pruning rests on: with it or without it, a cut saves the same."""
    assume(answered(instance).solution.solved)
    oracle = Oracle(instance, BYTES)
    places = range(len(oracle.table.levers))
    for one in idle_edges(instance, oracle.table, 1, oracle.unmet):
        assert oracle.saving((one,)) == 0
    for one in idle_edges(instance, oracle.table, 2, oracle.unmet):
        for other in places:
            assert other == one or oracle.saving((one, other)) == oracle.saving((other,))


@SOME
@given(plain_instances(), st.sampled_from(LETTERS))
def test_no_fewer_edges_let_a_package_leave(instance: Instance, name: str) -> None:
    asked = answered(instance)
    assume(asked.solution.solved and LETTERS.index(name) in asked.chosen)
    found = release(asked, BYTES, name)
    oracle = Oracle(instance, BYTES)
    out = msgspec.structs.replace(
        oracle.instance, pins=make(LETTERS, excluded=[name]).pins, objectives=stage_order(instance)
    )

    def leaves(places: tuple[int, ...]) -> bool:
        lever = tuple(index for place in places for index in oracle.table.levers[place])
        solved = Engine.of(without_requirements(out, lever)).solve(
            no_worse={
                kind: value - (len(oracle.unmet.intersection(lever)) if kind is ObjectiveKind.WEAK else 0)
                for kind, value in zip(out.objectives, oracle.today, strict=False)
            }
        )
        return solved.solved

    edges = () if found.row is None else found.row.edges
    if found.impossible:
        assert not leaves(tuple(range(len(oracle.table.levers))))
        return
    places = tuple(oracle.table.names.index((edge.package, edge.dependency)) for edge in edges)
    assert leaves(places)
    for count in range(len(places)):
        assert not any(map(leaves, combinations(range(len(oracle.table.levers)), count)))


@SOME
@given(named_instances(), st.data())
def test_lifting_a_requirement_is_leaving_it_out(instance: Instance, data: st.DataObject) -> None:
    """Weak ones too: a requirement that is lifted is not unmet."""
    assume(instance.requirements)
    index = data.draw(st.integers(0, len(instance.requirements) - 1))
    lifted = Engine.of(instance, explain=True).solve(Question(lifted=frozenset({("requirement", index)})))
    without = Engine.of(without_requirements(instance, (index,))).solve()
    assert (lifted.status, lifted.stages, lifted.packages) == (without.status, without.stages, without.packages)


def test_an_edge_of_a_package_that_is_not_in_the_answer_is_found() -> None:
    """b would be the smaller provider but for the big thing it needs: c is in today, b's edge is the lever."""
    sizes = {"a": 1, "b": 1, "c": 9, "d": 50}
    instance = make(
        [package(letter, installed_bytes=size) for letter, size in sizes.items()],
        provides={"X": "bc"}, requires=[("a", "X"), ("b", "d")], required=["a"], objectives=["installed_size"],
    )  # fmt: skip
    best, other = best_edges(answered(instance), BYTES, 5).rows
    assert (best.edges[0].package, best.edges[0].dependency, best.edges[0].in_answer) == ("a", "X", True)
    assert (other.edges[0].package, other.edges[0].dependency, other.edges[0].in_answer) == ("b", "d", False)
    assert (best.saved, other.saved) == (9, 8)
    assert [one.name for one in other.difference.added] == ["b"]
    within = best_edges(answered(instance), BYTES, 5, in_answer=True)
    assert [row.edges[0].package for row in within.rows] == ["a"]
    assert (within.edges, within.in_answer, within.whole) == (1, True, True)
    assert "of 1 dependency edge of packages in the answer, " in levers_text(within)


def test_many_edges_are_told_by_what_is_depended_on() -> None:
    letters = "abcdefghi"
    instance = make(
        [package(letter, installed_bytes=1) for letter in letters + "xy"],
        requires=[*((letter, "x") for letter in letters), ("a", "y"), ("y", "x")],
        required=list(letters), objectives=["installed_size"],
    )  # fmt: skip
    found = release(answered(instance), BYTES, "x")
    assert found.row is not None
    assert len(found.row.edges) == 10
    assert "     x: 9 packages: a, b, c, d and 5 more\n     a: y\n" in release_text(found)
    few = make("abx", requires=[("a", "x"), ("b", "x")], required=["a", "b"], objectives=["installed_size"])
    assert "     a: x\n     b: x\n" in release_text(release(answered(few), BYTES, "x"))


def test_two_that_share_a_library_are_a_pair_and_additive_ones_are_none() -> None:
    sizes = {"a": 1, "b": 1, "c": 1, "x": 40, "y": 7}
    instance = make(
        [package(letter, installed_bytes=size) for letter, size in sizes.items()],
        requires=[("a", "x"), ("b", "x"), ("c", "y")], required=["a", "b", "c"], objectives=["installed_size"],
    )  # fmt: skip
    (pair,) = best_pairs(answered(instance), BYTES, 5).rows
    assert [(edge.package, edge.dependency) for edge in pair.edges] == [("a", "x"), ("b", "x")]
    assert (pair.saved, pair.alone, pair.together) == (40, (0, 0), 40)


def test_a_saving_is_not_what_freed_divergence_could_be_spent_on() -> None:
    """Without d the small downstream j would be allowed, but solved again the problem does not want it."""
    down = PackageOrigin.DOWNSTREAM
    instance = make(
        [package("a"), package("d", origin=down), package("j", origin=down), package("k", installed_bytes=50),
         package("y", installed_bytes=9)],
        provides={"X": "jk"}, requires=[("a", "d"), ("a", "y")], required=["a", "X"],
        objectives=["divergence", "installed_size"],
    )  # fmt: skip
    rows = best_edges(answered(instance), BYTES, 5).rows
    assert [(row.edges[0].dependency, row.saved) for row in rows] == [("y", 9), ("d", 1)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("libcrypto.so.3(OPENSSL_3.0.0)(64bit)", "libcrypto.so.3()(64bit)"),
        ("libcrypto.so.3()(64bit)", "libcrypto.so.3()(64bit)"),
        ("libz.so.1(ZLIB_1.2.0)", "libz.so.1()"),
        ("openssl-libs(x86-64) = 1:3.2.1-1.el9", "openssl-libs(x86-64)"),
        ("kernel >= 5", "kernel"),
        ("rtld(GNU_HASH)", "rtld(GNU_HASH)"),
        ("(a if b)", "(a if b)"),
        ("perl(:MODULE_COMPAT_5.32)", "perl(:MODULE_COMPAT_5.32)"),
    ],
)
def test_spellings_of_one_dependency_are_one(text: str, name: str) -> None:
    assert dependency_name(text) == name


@pytest.mark.data
@pytest.mark.parametrize("name", ["real/cs9-host", "photon-1.0-ga/photon-1.0-ga-minimal"])
def test_cuts_of_a_real_answer_are_what_other_solves_say(name: str, data_directory: Path) -> None:
    """The other design, a solve for each edge with its guards lifted, agrees and finds nothing better in a sample."""
    asked = open_answer(PROJECT_ROOT / f"problems/{name}.yaml", Settings(mirror=data_directory))
    found = best_edges(asked, BYTES, 3)
    instance, stages = asked.instance, stage_order(asked.instance)
    table = EdgeTable.of(instance, weak=False)
    place = stages.index(BYTES)
    today = asked.solution.stages[place].value

    def saving(lever: tuple[int, ...]) -> int:
        question = Question(lifted=frozenset(("requirement", index) for index in lever))
        return today - asked.explainer.solve(question, unique=False).stages[place].value

    by_name = dict(zip(table.names, table.levers, strict=True))
    told = [by_name[row.edges[0].package, row.edges[0].dependency] for row in found.rows]
    assert [saving(lever) for lever in told] == [row.saved for row in found.rows]
    assert all(one.saved >= other.saved for one, other in pairwise(found.rows))
    others = [lever for lever in table.levers if lever not in told]
    assert max(map(saving, others[:: len(others) // 25])) <= found.rows[-1].saved


@pytest.mark.data
def test_every_edge_can_be_put_to_what_if_as_it_is_told(data_directory: Path) -> None:
    file = PROJECT_ROOT / "problems/real/cs9-host.yaml"
    instance = open_instance(file, Settings(mirror=data_directory))
    table = EdgeTable.of(instance, weak=True)
    assert any(len({instance.requirements[index].text for index in lever}) > 1 for lever in table.levers)
    for (name, dependency), lever in zip(table.names, table.levers, strict=True):
        cut = Cut(name, dependency)
        severed = [
            index
            for index, one in enumerate(instance.requirements)
            if cut.speaks_of(instance.packages[one.package].name) and cut.severs(one.text)
        ]
        assert severed == list(lever)
